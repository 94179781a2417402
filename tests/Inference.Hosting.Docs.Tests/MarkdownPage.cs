// SPDX-License-Identifier: Apache-2.0

using System.Text.RegularExpressions;

namespace Inference.Hosting.Docs.Tests;

/// <summary>A page: its code blocks, links and anchors.</summary>
internal sealed partial class MarkdownPage
{
    private readonly List<CodeBlock> _blocks = [];
    private readonly List<(int Line, string Target)> _links = [];
    private readonly HashSet<string> _anchors = new(StringComparer.Ordinal);

    public MarkdownPage(string path, string text)
    {
        Path = path;
        Read(text.ReplaceLineEndings("\n").Split('\n'));
    }

    /// <summary>Below the root, with slashes.</summary>
    public string Path { get; }

    public IReadOnlyList<CodeBlock> Blocks => _blocks;

    public IReadOnlyList<(int Line, string Target)> Links => _links;

    /// <summary>Anchors as GitHub derives them from headings, and those that are written out.</summary>
    public IReadOnlySet<string> Anchors => _anchors;

    [GeneratedRegex(@"^(`{3,}|~{3,})\s*(.*)$")]
    private static partial Regex Fence { get; }

    [GeneratedRegex(@"^#{1,6}\s+(.+?)\s*#*$")]
    private static partial Regex Heading { get; }

    [GeneratedRegex(@"\]\(<?([^)\s>]+)>?(?:\s+""[^""]*"")?\)|^\[[^\]]+\]:\s*(\S+)|(?:href|src)=""([^""]+)""")]
    private static partial Regex Link { get; }

    [GeneratedRegex(@"(?:id|name)=""([^""]+)""")]
    private static partial Regex WrittenAnchor { get; }

    [GeneratedRegex("`[^`]*`")]
    private static partial Regex InlineCode { get; }

    private void Read(string[] lines)
    {
        for (var i = 0; i < lines.Length; i++)
        {
            var fence = Fence.Match(lines[i].TrimStart());
            if (fence.Success)
            {
                var first = i + 1;
                for (i = first; i < lines.Length && !lines[i].TrimStart().StartsWith(fence.Groups[1].Value, StringComparison.Ordinal); i++)
                {
                }

                _blocks.Add(new CodeBlock(Path, first, fence.Groups[2].Value.Trim(), string.Join('\n', lines[first..i])));
                continue;
            }

            AddAnchors(lines[i]);
            foreach (Match link in Link.Matches(InlineCode.Replace(lines[i], "")))
            {
                _links.Add((i + 1, link.Groups.Values.Skip(1).First(group => group.Success).Value));
            }
        }
    }

    private void AddAnchors(string line)
    {
        foreach (Match anchor in WrittenAnchor.Matches(line))
        {
            _anchors.Add(anchor.Groups[1].Value);
        }

        var heading = Heading.Match(line);
        if (!heading.Success)
        {
            return;
        }

        var text = heading.Groups[1].Value.ToLowerInvariant();
        var slug = string.Concat(text.Where(c => char.IsLetterOrDigit(c) || c is ' ' or '-' or '_')).Replace(' ', '-');
        var unique = slug;
        for (var i = 1; !_anchors.Add(unique); i++)
        {
            unique = $"{slug}-{i}";
        }
    }
}
