// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore;

/// <summary>Marks an endpoint whose administrators the app has named.</summary>
internal sealed class AdminPolicyMetadata
{
    public static AdminPolicyMetadata Instance { get; } = new();
}
