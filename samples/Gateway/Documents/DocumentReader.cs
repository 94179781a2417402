// SPDX-License-Identifier: Apache-2.0

namespace Gateway.Documents;

/// <summary>Reads Markdown: paragraphs with the heading they stand under, without blocks of code.</summary>
internal static class DocumentReader
{
    /// <summary>All passages of the files of a folder.</summary>
    public static IReadOnlyList<Passage> Read(string folder)
        => [.. Directory.EnumerateFiles(folder, "*.md").Order(StringComparer.Ordinal).SelectMany(Split)];

    private static IEnumerable<Passage> Split(string file)
    {
        var document = Path.GetFileNameWithoutExtension(file);
        var title = document;
        var isCode = false;
        foreach (var block in File.ReadAllText(file).ReplaceLineEndings("\n").Split("\n\n"))
        {
            var text = block.Trim();
            var fences = text.Split("```").Length - 1;
            if (!isCode && fences == 0 && text.StartsWith('#'))
            {
                title = $"{document}: {text.TrimStart('#', ' ')}";
            }
            else if (!isCode && fences == 0 && text.Length > 0 && !text.StartsWith("<!--", StringComparison.Ordinal))
            {
                yield return new Passage(title, text, Library.WordsOf($"{title} {text}"));
            }

            isCode ^= fences % 2 == 1;
        }
    }
}
