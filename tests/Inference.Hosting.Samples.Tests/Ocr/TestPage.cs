// SPDX-License-Identifier: Apache-2.0

using SkiaSharp;

namespace Inference.Hosting.Samples.Tests.Ocr;

/// <summary>A page with ten lines of text, drawn as a picture.</summary>
internal sealed class TestPage
{
    private const int LinesPerPage = 10;
    private static readonly float[] _sizes = [20, 24, 28, 32, 40];
    private static readonly SKColor[] _inks =
        [SKColors.Black, SKColors.DarkBlue, new(0x60, 0x20, 0x10), SKColors.DarkGreen, SKColors.White];
    private static readonly SKColor[] _papers =
        [SKColors.White, new(0xf4, 0xee, 0xdc), new(0xe0, 0xe8, 0xf0), SKColors.White, new(0x20, 0x30, 0x38)];
    private static readonly float[] _tilts = [0, 2, -3, 0, 1];

    private TestPage(IReadOnlyList<string> text, byte[] png) => (Text, Png) = (text, png);

    public IReadOnlyList<string> Text { get; }

    public byte[] Png { get; }

    /// <summary>All fifty lines, on five pages that differ in size of letters, colours and tilt.</summary>
    public static IReadOnlyList<TestPage> DrawAll(SKTypeface typeface)
        => [.. Enumerable.Range(0, TestLines.All.Count / LinesPerPage).Select(page => Draw(typeface, page))];

    private static TestPage Draw(SKTypeface typeface, int page)
    {
        var text = TestLines.All.Skip(page * LinesPerPage).Take(LinesPerPage).ToList();
        using var bitmap = new SKBitmap(1400, 900, SKColorType.Bgra8888, SKAlphaType.Premul);
        using var canvas = new SKCanvas(bitmap);
        using var paint = new SKPaint { Color = _inks[page], IsAntialias = true };
        canvas.Clear(_papers[page]);
        canvas.RotateDegrees(_tilts[page], bitmap.Width / 2, bitmap.Height / 2);
        for (var i = 0; i < text.Count; i++)
        {
            using var font = new SKFont(typeface, _sizes[(page + i) % _sizes.Length]);
            canvas.DrawText(text[i], 60 + (i % 3 * 20), 100 + (i * 78), SKTextAlign.Left, font, paint);
        }

        canvas.Flush();
        using var data = bitmap.Encode(SKEncodedImageFormat.Png, 100);
        return new TestPage(text, data.ToArray());
    }
}
