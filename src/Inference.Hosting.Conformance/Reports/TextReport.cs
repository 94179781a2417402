// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Conformance.Reports;

/// <summary>Results as lines for people.</summary>
internal static class TextReport
{
    private const string Indent = "             ";

    public static void Write(TextWriter writer, StatementResult result)
    {
        writer.WriteLine($"{Word(result),-11}  {result.Statement.Id}: {result.Statement.Text} [{result.Statement.Section}]");
        foreach (var line in Lines(result.Detail).Concat(result.Outcome == StatementOutcome.Fails ? Lines(result.Evidence) : []))
        {
            writer.WriteLine(Indent + line);
        }
    }

    public static void WriteCounts(TextWriter writer, ConformanceReport report)
    {
        foreach (var reason in report.Unreachable)
        {
            writer.WriteLine(reason);
        }

        writer.WriteLine($"{report.ServerName ?? "The server"} {report.ServerVersion}".TrimEnd() + (report.Models.Count == 0 ? "" : $"; models: {string.Join(", ", report.Models)}"));
        writer.WriteLine($"{report.Holding} hold, {report.Failing} fail, {report.Differing} differ, {report.NotChecked} not checked");
    }

    private static string Word(StatementResult result) => result.Outcome switch
    {
        StatementOutcome.Holds => "holds",
        StatementOutcome.NotChecked => "not checked",
        _ => result.Statement.Level == StatementLevel.Required ? "FAILS" : "differs",
    };

    private static string[] Lines(string? text) => text?.Split('\n') ?? [];
}
