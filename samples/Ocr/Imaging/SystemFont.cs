// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Imaging;

/// <summary>Finds a font file on the machine: the drawing library brings none, and on Linux does not look for any.</summary>
internal static class SystemFont
{
    private static readonly string[] _preferred =
    [
        "DejaVuSans.ttf", "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf", "FreeSans.ttf",
        "segoeui.ttf", "arial.ttf", "Arial.ttf",
    ];

    private static readonly Lazy<string?> _path = new(Find);

    /// <summary>Opens the font.</summary>
    /// <param name="typeface">The font, for the caller to dispose.</param>
    /// <returns>False when the machine has no font that is known to have Latin letters.</returns>
    public static bool TryOpen([NotNullWhen(true)] out SKTypeface? typeface)
    {
        typeface = _path.Value is { } path ? SKTypeface.FromFile(path) : null;
        return typeface is not null;
    }

    private static string? Find()
    {
        var options = new EnumerationOptions { RecurseSubdirectories = true, IgnoreInaccessible = true };
        var files = Folders().Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*.ttf", options))
            .ToLookup(Path.GetFileName);
        return _preferred.SelectMany(name => files[name]).FirstOrDefault();
    }

    private static IEnumerable<string> Folders()
    {
        if (Environment.GetFolderPath(Environment.SpecialFolder.Fonts) is { Length: > 0 } fonts)
        {
            yield return fonts;
        }

        yield return "/usr/share/fonts";
        yield return "/usr/local/share/fonts";
        yield return "/System/Library/Fonts";
        yield return "/Library/Fonts";
    }
}
