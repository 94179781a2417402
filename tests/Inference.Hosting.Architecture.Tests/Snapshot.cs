// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Compares what is with a file that says what was agreed.</summary>
internal static class Snapshot
{
    private const string Accept = "ACCEPT_API";

    /// <summary>Fails with the differing lines; with <c>ACCEPT_API=1</c> writes the file instead.</summary>
    /// <param name="file">Below the folder of this project.</param>
    /// <param name="actual">Lines in their order.</param>
    public static void Verify(string file, IEnumerable<string> actual)
    {
        var path = Path.Combine(Repository.Tests, file);
        var now = actual.ToList();
        if (Environment.GetEnvironmentVariable(Accept) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, string.Concat(now.Select(line => line + "\n")));
            return;
        }

        var agreed = File.Exists(path) ? File.ReadAllLines(path) : [];
        var (before, after) = (WithHeaders(agreed), WithHeaders(now));
        var changes = before.Except(after).Select(line => "- " + line).Concat(after.Except(before).Select(line => "+ " + line)).ToList();
        Assert.True(
            agreed.SequenceEqual(now),
            $"""
            {Repository.Relative(path)} says otherwise:
            {(changes.Count > 0 ? string.Join(Environment.NewLine, changes) : "the order of its lines has changed")}
            If users should see this change, run the test again with {Accept}=1, commit the file and write an entry in CHANGELOG.md.
            """);
    }

    // Lines below a header mean nothing without it: many types have the same member.
    private static List<string> WithHeaders(IEnumerable<string> lines)
    {
        var header = "";
        var result = new List<string>();
        foreach (var line in lines)
        {
            var isMember = line.StartsWith("  ", StringComparison.Ordinal);
            header = isMember ? header : line.Split(" : ")[0];
            result.Add(isMember ? $"{header}: {line.Trim()}" : line);
        }

        return result;
    }
}
