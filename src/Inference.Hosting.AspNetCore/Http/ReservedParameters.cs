// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Names of request parameters that belong to the protocols.</summary>
internal static class ReservedParameters
{
    public static bool Contains(string name)
        => name is "priority" or "timeout" or "headers" or "binary_data_output" or "sequence_id" or "sequence_start" or "sequence_end"
            || name.StartsWith("triton_", StringComparison.Ordinal);
}
