// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Inference.Hosting.Clients.Tests.Support;

/// <summary>Runs each script of <c>node/</c> once, against the app, and keeps what it printed.</summary>
internal static partial class NodeScripts
{
    private static readonly ConcurrentDictionary<string, Lazy<Task<IReadOnlyDictionary<string, Outcome>>>> _runs = [];

    /// <summary>The names of a script's cases, as they stand in it.</summary>
    public static IEnumerable<string> CasesOf(string script)
        => CaseName().Matches(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "node", script))).Select(match => match.Groups[1].Value);

    /// <summary>What a script printed, by case.</summary>
    /// <param name="packages">Where its clients are.</param>
    /// <param name="script">Its file.</param>
    /// <param name="address">Where the OpenAI routes are.</param>
    public static Task<IReadOnlyDictionary<string, Outcome>> RunAsync(NodePackages packages, string script, Uri address)
        => _runs.GetOrAdd(script, _ => new(() => StartAsync(packages, script, address))).Value;

    private static async Task<IReadOnlyDictionary<string, Outcome>> StartAsync(NodePackages packages, string script, Uri address)
    {
        // Beside node_modules, where node looks for packages.
        var folder = Directory.CreateDirectory(Path.Combine(packages.Folder, Path.GetRandomFileName()));
        try
        {
            foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "node"), "*.mjs"))
            {
                File.Copy(file, Path.Combine(folder.FullName, Path.GetFileName(file)));
            }

            var (status, output) = await NodePackages.RunAsync(
                packages.Node, [Path.Combine(folder.FullName, script), address.ToString()], folder.FullName, CancellationToken.None);
            var outcomes = new Dictionary<string, Outcome>();
            foreach (var line in output.Split('\n').Where(line => line.StartsWith("{\"case\":", StringComparison.Ordinal)))
            {
                var outcome = JsonSerializer.Deserialize<Outcome>(line)!;
                outcomes.Add(outcome.Case, outcome);
            }

            return status == 0 ? outcomes : throw new InvalidOperationException($"{script} ended with {status}:\n{output}");
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [GeneratedRegex(@"^ *test\('([^']+)'", RegexOptions.Multiline)]
    private static partial Regex CaseName();
}
