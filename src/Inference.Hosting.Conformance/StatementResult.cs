// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Reports;

namespace Inference.Hosting.Conformance;

/// <summary>A statement, and what came of checking it.</summary>
/// <param name="Statement">The statement.</param>
/// <param name="Outcome">Whether the server keeps it.</param>
/// <param name="Detail">What was found instead, or why it could not be checked; null when it holds.</param>
/// <param name="Evidence">The last call and the beginning of its answer, in a few lines; null when it holds or nothing was called.</param>
public sealed record StatementResult(Statement Statement, StatementOutcome Outcome, string? Detail = null, string? Evidence = null)
{
    /// <summary>Writes it for people: one line, and below it what was found and the evidence of a fault.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteText(TextWriter writer)
    {
        ArgumentNullException.ThrowIfNull(writer);
        TextReport.Write(writer, this);
    }
}
