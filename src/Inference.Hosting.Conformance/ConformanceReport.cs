// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Reports;

namespace Inference.Hosting.Conformance;

/// <summary>What came of checking a server.</summary>
/// <param name="results">A result for every statement about the addresses that were given, in the order they were checked.</param>
public sealed class ConformanceReport(IReadOnlyList<StatementResult> results)
{
    /// <summary>A result for every statement about the addresses that were given, in the order they were checked.</summary>
    public IReadOnlyList<StatementResult> Results => results;

    /// <summary>What the server calls itself; null when it did not say.</summary>
    public string? ServerName { get; init; }

    /// <summary>Its version; null when it did not say.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>The extensions that it lists.</summary>
    public IReadOnlyList<string> Extensions { get; init; } = [];

    /// <summary>The models that were called.</summary>
    public IReadOnlyList<string> Models { get; init; } = [];

    /// <summary>Addresses at which nobody answers, each with the reason.</summary>
    public IReadOnlyList<string> Unreachable { get; init; } = [];

    /// <summary>Statements that hold.</summary>
    public int Holding => results.Count(result => result.Outcome == StatementOutcome.Holds);

    /// <summary>Required statements that do not hold.</summary>
    public int Failing => results.Count(result => result is { Outcome: StatementOutcome.Fails, Statement.Level: StatementLevel.Required });

    /// <summary>Recommended statements that do not hold.</summary>
    public int Differing => results.Count(result => result is { Outcome: StatementOutcome.Fails, Statement.Level: StatementLevel.Recommended });

    /// <summary>Statements that could not be checked.</summary>
    public int NotChecked => results.Count(result => result.Outcome == StatementOutcome.NotChecked);

    /// <summary>0 when every required statement that could be checked holds, 1 when one does not, 2 when an address is unreachable or nothing could be checked.</summary>
    public int ExitCode => Failing > 0 ? 1 : Holding == 0 || Unreachable.Count > 0 ? 2 : 0;

    /// <summary>Writes the report for people: a line for each statement, and counts in the last.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        foreach (var result in results)
        {
            result.WriteText(writer);
        }

        WriteSummary(writer);
    }

    /// <summary>Writes the end of the report for people: the server, the models, and counts in the last line.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteSummary(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        TextReport.WriteCounts(writer, this);
    }

    /// <summary>Writes the report for programs.</summary>
    /// <param name="stream">Receives one JSON object in UTF-8; stays open.</param>
    public void WriteJson(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        JsonReport.Write(stream, this);
    }
}
