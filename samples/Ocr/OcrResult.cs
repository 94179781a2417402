// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Imaging;

namespace Inference.Hosting.Samples.Ocr;

/// <summary>The text of a photo.</summary>
/// <param name="Width">Of the photo, upright, in pixels.</param>
/// <param name="Height">Of the photo, upright, in pixels.</param>
/// <param name="Text">All text, row by row.</param>
/// <param name="Lines">The lines in reading order.</param>
/// <param name="Detection">How the detector's run went.</param>
/// <param name="TotalMs">From the decoded photo to this result, in milliseconds.</param>
internal sealed record OcrResult(
    int Width, int Height, string Text, IReadOnlyList<OcrLine> Lines, StageTiming Detection, double TotalMs)
{
    public static OcrResult Create(Photo photo, OcrLine[][] rows, StageTiming detection, TimeSpan total)
    {
        // What is too faint for any character is no line.
        var read = rows
            .Select(row => row.Where(line => line.Text.Length > 0).ToList())
            .Where(row => row.Count > 0)
            .ToList();
        return new(
            photo.Width,
            photo.Height,
            string.Join('\n', read.Select(row => string.Join(' ', row.Select(line => line.Text)))),
            [.. read.SelectMany(row => row)],
            detection,
            Math.Round(total.TotalMilliseconds, 2));
    }
}
