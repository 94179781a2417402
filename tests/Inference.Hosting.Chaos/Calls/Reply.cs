// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Calls;

/// <summary>What a door brought back.</summary>
/// <param name="Outcome">How it ended.</param>
internal sealed record Reply(Outcome Outcome)
{
    /// <summary>The text of a failure, or what is broken.</summary>
    public string? Text { get; init; }

    /// <summary>Whole seconds, or null.</summary>
    public double? RetryAfter { get; init; }

    public string? Id { get; init; }

    public string? Version { get; init; }

    /// <summary>Numbers of each output, row by row.</summary>
    public Dictionary<string, long[]> Outputs { get; } = new(StringComparer.Ordinal);

    /// <summary>Texts of each output of type BYTES.</summary>
    public Dictionary<string, string[]> Texts { get; } = new(StringComparer.Ordinal);

    /// <summary>Time in queue and in runs, when the call asked for it.</summary>
    public TimeSpan? Accounted { get; init; }

    /// <summary>Whether the server itself said so: a client that gives up may not know what became of the request.</summary>
    public bool IsCertain { get; init; } = true;

    public static Reply Broken(string text) => new(Outcome.Broken) { Text = text };
}
