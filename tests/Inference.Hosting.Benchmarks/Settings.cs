// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks;

/// <summary>What the command line asks for.</summary>
/// <param name="Rounds">Repeats of each way, interleaved.</param>
/// <param name="Duration">Time of one measurement.</param>
/// <param name="Callers">Numbers of closed-loop callers.</param>
/// <param name="Suites">Names of the suites to run; all when empty.</param>
/// <param name="Models">Beginnings of the names of the models to measure; all when empty.</param>
/// <param name="Output">A Markdown file to write the figures into, or null.</param>
/// <param name="Recognition">The file of PP-OCR recognition, or null to leave it out.</param>
internal sealed record Settings(
    int Rounds, TimeSpan Duration, IReadOnlyList<int> Callers, IReadOnlyList<string> Suites, IReadOnlyList<string> Models, string? Output, string? Recognition)
{
    public static Settings Parse(string[] args)
    {
        var quick = args.Contains("--quick");
        return new Settings(
            int.Parse(Value(args, "--rounds") ?? (quick ? "2" : "5")),
            TimeSpan.FromSeconds(double.Parse(Value(args, "--seconds") ?? (quick ? "0.3" : "1"), System.Globalization.CultureInfo.InvariantCulture)),
            [.. (Value(args, "--callers") ?? "1,8,64,256").Split(',').Select(int.Parse)],
            Value(args, "--suites")?.Split(',') ?? [],
            Value(args, "--models")?.Split(',') ?? [],
            Value(args, "--write"),
            Value(args, "--recognition"));
    }

    public bool Wants(string suite) => Suites.Count == 0 || Suites.Contains(suite);

    public bool WantsModel(string name)
        => Models.Count == 0 || Models.Any(start => name.StartsWith(start, StringComparison.OrdinalIgnoreCase));

    private static string? Value(string[] args, string key)
    {
        var index = Array.IndexOf(args, key);
        return index >= 0 && index + 1 < args.Length ? args[index + 1] : null;
    }
}
