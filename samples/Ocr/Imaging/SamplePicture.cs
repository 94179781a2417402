// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Imaging;

/// <summary>A picture to try the sample with: a notice, a tilted price tag and a line on its head.</summary>
internal static class SamplePicture
{
    private static readonly (string Text, float Size, float X, float Y, float Degrees)[] _texts =
    [
        ("CORNER BAKERY", 64, 60, 100, 0),
        ("Open Monday to Saturday, 7 am - 6 pm", 34, 60, 180, 0),
        ("Rye bread 4.20", 30, 60, 250, 0),
        ("Apple cake 3.80", 30, 60, 310, 0),
        ("Kaffee und Kuchen", 30, 60, 370, 0),
        ("Coffee to go 2.50", 30, 60, 430, 0),
        ("Two for one today!", 40, 540, 300, -12),
        ("Please turn me round", 30, 900, 480, 180),
        ("Order no. 2026-0815, thank you.", 26, 60, 530, 0),
    ];

    /// <summary>Draws it as PNG.</summary>
    /// <returns>False when the machine has no font for it.</returns>
    public static bool TryDraw([NotNullWhen(true)] out byte[]? png)
    {
        png = null;
        if (!SystemFont.TryOpen(out var typeface))
        {
            return false;
        }

        using (typeface)
        using (var surface = SKSurface.Create(new SKImageInfo(1000, 580)))
        using (var paint = new SKPaint { Color = new SKColor(0x22, 0x2a, 0x35), IsAntialias = true })
        {
            surface.Canvas.Clear(new SKColor(0xfb, 0xf7, 0xee));
            foreach (var (text, size, x, y, degrees) in _texts)
            {
                using var font = new SKFont(typeface, size);
                surface.Canvas.Save();
                surface.Canvas.RotateDegrees(degrees, x, y);
                surface.Canvas.DrawText(text, x, y, SKTextAlign.Left, font, paint);
                surface.Canvas.Restore();
            }

            using var image = surface.Snapshot();
            using var data = image.Encode(SKEncodedImageFormat.Png, 100);
            png = data.ToArray();
            return true;
        }
    }
}
