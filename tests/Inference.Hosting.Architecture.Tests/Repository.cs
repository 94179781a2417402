// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Where things lie: the checkout that the tests were built from.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>The folder of this project in the checkout, for snapshots.</summary>
    public static string Tests { get; } = Path.Combine(Root, "tests", "Inference.Hosting.Architecture.Tests");

    /// <summary>Packages with code, by folder under <c>src</c>.</summary>
    public static IReadOnlyList<string> Packages { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Where(project => Directory.EnumerateFiles(Path.GetDirectoryName(project)!, "*.cs").Any())
            .Select(project => Path.GetFileNameWithoutExtension(project)!)
            .Order(StringComparer.Ordinal)];

    /// <summary>A file's path as the tests print it: below the root, with slashes.</summary>
    public static string Relative(string path) => Path.GetRelativePath(Root, path).Replace('\\', '/');

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Inference.Hosting.sln")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("These tests read the sources: run them from a checkout.");
    }
}
