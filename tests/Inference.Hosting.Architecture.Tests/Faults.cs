// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Reports all faults at once, one a line.</summary>
internal static class Faults
{
    public static void AssertNone(IEnumerable<string> faults)
    {
        var list = faults.Distinct().Order(StringComparer.Ordinal).ToList();
        Assert.True(list.Count == 0, $"{list.Count} faults:{Environment.NewLine}{string.Join(Environment.NewLine, list)}");
    }
}
