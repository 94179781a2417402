// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Conformance.Reports;

/// <summary>The report as one JSON object.</summary>
internal static class JsonReport
{
    public static void Write(Stream stream, ConformanceReport report)
    {
        using var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true });
        writer.WriteStartObject();
        writer.WriteString("server", report.ServerName);
        writer.WriteString("version", report.ServerVersion);
        WriteList(writer, "extensions", report.Extensions);
        WriteList(writer, "models", report.Models);
        WriteList(writer, "unreachable", report.Unreachable);
        writer.WriteNumber("hold", report.Holding);
        writer.WriteNumber("fail", report.Failing);
        writer.WriteNumber("differ", report.Differing);
        writer.WriteNumber("not_checked", report.NotChecked);
        writer.WriteStartArray("statements");
        foreach (var result in report.Results)
        {
            WriteResult(writer, result);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteResult(Utf8JsonWriter writer, StatementResult result)
    {
        writer.WriteStartObject();
        writer.WriteString("id", result.Statement.Id);
        writer.WriteString("level", result.Statement.Level == StatementLevel.Required ? "required" : "recommended");
        writer.WriteString("section", result.Statement.Section);
        writer.WriteString("text", result.Statement.Text);
        writer.WriteString("outcome", result.Outcome switch
        {
            StatementOutcome.Holds => "holds",
            StatementOutcome.Fails => "fails",
            _ => "not_checked",
        });
        if (result.Detail is { } detail)
        {
            writer.WriteString("detail", detail);
        }

        if (result.Evidence is { } evidence)
        {
            writer.WriteString("evidence", evidence);
        }

        writer.WriteEndObject();
    }

    private static void WriteList(Utf8JsonWriter writer, string name, IReadOnlyList<string> values)
    {
        writer.WriteStartArray(name);
        foreach (var value in values)
        {
            writer.WriteStringValue(value);
        }

        writer.WriteEndArray();
    }
}
