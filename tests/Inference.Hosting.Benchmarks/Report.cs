// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text;

namespace Inference.Hosting.Benchmarks;

/// <summary>Collects what was measured, on the console and as Markdown.</summary>
/// <param name="command">How to measure again.</param>
/// <param name="place">The word in the marks of a Markdown file between which the figures go.</param>
internal sealed class Report(string command, string place)
{
    private readonly StringBuilder _text = new();

    public void Section(string title, string explanation) => Add($"\n## {title}\n\n{explanation}\n");

    public void Table(string header, IEnumerable<string> rows)
    {
        var columns = header.Count(c => c == '|') + 1;
        Add($"\n| {header} |\n|{string.Concat(Enumerable.Repeat("---|", columns))}");
        foreach (var row in rows)
        {
            Add($"| {row} |");
        }
    }

    public void Line(string text) => Add($"\n{text}");

    /// <summary>Replaces what stands between the marks of a Markdown file.</summary>
    public void WriteTo(string path)
    {
        if (_text.Length == 0)
        {
            return;
        }

        var (begin, end) = ($"<!-- {place}: begin -->", $"<!-- {place}: end -->");
        var text = File.ReadAllText(path);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal), text.IndexOf(end, StringComparison.Ordinal));
        if (from < 0 || to < from)
        {
            throw new InvalidOperationException($"{path} has no place for figures: add the lines {begin} and {end}.");
        }

        File.WriteAllText(path, $"{text[..(from + begin.Length)]}\n\n{Head()}{_text}\n{text[to..]}");
    }

    private string Head()
        => $"Command: `{command}`. Machine: {Environment.ProcessorCount} cores ({RuntimeInformation.ProcessArchitecture}), {RuntimeInformation.OSDescription}, {RuntimeInformation.FrameworkDescription}, ONNX Runtime {Microsoft.ML.OnnxRuntime.OrtEnv.Instance().GetVersionString()}; {DateTime.UtcNow:yyyy-MM-dd}.\nFigures are medians with [minimum–maximum] over the rounds of one run; ratios are taken round by round, so that a machine that speeds up or slows down does not count.\n";

    private void Add(string line)
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }
}
