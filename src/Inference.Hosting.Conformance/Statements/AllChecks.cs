// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Checking;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>All checks in the order they are made: from what a server says of itself to what only a known model can show.</summary>
internal static class AllChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        .. RestHealthChecks.All,
        .. RestMetadataChecks.All,
        .. RestInferenceChecks.All,
        .. RestErrorChecks.All,
        .. RestVectorChecks.All,
        .. BinaryDataChecks.All,
        .. RestExtensionChecks.All,
        .. RestStatisticsChecks.All,
        .. RpcHealthChecks.All,
        .. RpcMetadataChecks.All,
        .. RpcInferenceChecks.All,
        .. RpcErrorChecks.All,
        .. RpcExtensionChecks.All,
        .. DoorChecks.All,
    ];
}
