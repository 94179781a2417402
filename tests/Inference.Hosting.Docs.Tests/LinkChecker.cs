// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests;

/// <summary>Finds relative links that lead nowhere.</summary>
internal static class LinkChecker
{
    /// <param name="pages">All pages.</param>
    /// <param name="exists">Whether a file or folder exists, by its path below the root.</param>
    public static IEnumerable<string> FindBroken(IReadOnlyList<MarkdownPage> pages, Func<string, bool> exists)
    {
        var byPath = pages.ToDictionary(page => page.Path, StringComparer.Ordinal);
        foreach (var page in pages)
        {
            foreach (var (line, target) in page.Links.Where(link => !IsAbsolute(link.Target)))
            {
                var (file, anchor) = Split(target);
                var path = file.Length == 0 ? page.Path : Resolve(page.Path, file);
                if (path is null || (file.Length > 0 && !exists(path)))
                {
                    yield return $"{page.Path}:{line}: there is no file '{target}'.";
                }
                else if (anchor.Length > 0 && byPath.TryGetValue(path, out var other) && !other.Anchors.Contains(anchor))
                {
                    yield return $"{page.Path}:{line}: '{path}' has no heading for '#{anchor}'.";
                }
            }
        }
    }

    private static bool IsAbsolute(string target)
        => target.StartsWith("mailto:", StringComparison.Ordinal) || target.Contains("://", StringComparison.Ordinal);

    private static (string File, string Anchor) Split(string target)
    {
        var hash = target.IndexOf('#', StringComparison.Ordinal);
        return hash < 0 ? (Uri.UnescapeDataString(target), "") : (Uri.UnescapeDataString(target[..hash]), target[(hash + 1)..]);
    }

    // Null above the root: links must work in the repository's pages.
    private static string? Resolve(string page, string target)
    {
        var parts = target.StartsWith('/') ? [] : new List<string>(page.Split('/')[..^1]);
        foreach (var part in target.Split('/', StringSplitOptions.RemoveEmptyEntries))
        {
            if (part == "..")
            {
                if (parts.Count == 0)
                {
                    return null;
                }

                parts.RemoveAt(parts.Count - 1);
            }
            else if (part != ".")
            {
                parts.Add(part);
            }
        }

        return string.Join('/', parts);
    }
}
