// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>All ways over the wire, in the order they are printed.</summary>
internal static class WireWays
{
    public static IReadOnlyList<IWireWay> All { get; } =
    [
        new EchoWay(),
        new GrpcEchoWay(),
        new HandWrittenWay(),
        new RestBinaryWay(),
        new RestJsonWay(),
        new GrpcWay(),
    ];
}
