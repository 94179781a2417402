// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests;

/// <summary>The checkout that the tests were built from, and its pages.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>README.md and the other pages of the root, and all of docs.</summary>
    public static IReadOnlyList<MarkdownPage> Pages { get; } =
        [.. Directory.EnumerateFiles(Root, "*.md")
            .Concat(Directory.Exists(Path.Combine(Root, "docs"))
                ? Directory.EnumerateFiles(Path.Combine(Root, "docs"), "*.md", SearchOption.AllDirectories)
                : [])
            .Order(StringComparer.Ordinal)
            .Select(path => new MarkdownPage(Path.GetRelativePath(Root, path).Replace('\\', '/'), File.ReadAllText(path)))];

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Inference.Hosting.sln")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("These tests read the docs: run them from a checkout.");
    }
}
