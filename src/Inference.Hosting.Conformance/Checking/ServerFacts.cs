// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Checking;

/// <summary>What the server says of itself, over whichever door answered.</summary>
internal sealed record ServerFacts(string? Name, string? Version, IReadOnlyList<string> Extensions)
{
    public static ServerFacts Unknown { get; } = new(null, null, []);

    public bool Lists(string extension) => Extensions.Any(
        listed => listed == extension || listed.StartsWith(extension + "(", StringComparison.Ordinal));
}
