// SPDX-License-Identifier: Apache-2.0

using SkiaSharp;

namespace QuickStart;

/// <summary>Any picture to what the classifier was trained on: a bright thing on black, its longer side 26 of 28 pixels.</summary>
internal static class PicturePixels
{
    public const int Size = 28;

    private const float Extent = 26;
    private const int Working = 224;
    private const float Faint = 0.08f;

    /// <summary>The pixels, or null when the bytes are no picture.</summary>
    public static float[]? From(byte[] picture)
    {
        using var data = SKData.CreateCopy(picture);
        using var decoded = SKBitmap.Decode(data);
        if (decoded is null)
        {
            return null;
        }

        var scale = (float)Working / Math.Max(decoded.Width, decoded.Height);
        var (width, height) = (Math.Max(1, (int)(decoded.Width * scale)), Math.Max(1, (int)(decoded.Height * scale)));
        using var small = decoded.Resize(
            new SKImageInfo(width, height, SKColorType.Rgba8888, SKAlphaType.Premul), new SKSamplingOptions(SKFilterMode.Linear, SKMipmapMode.Linear));
        var grey = Grey(small);
        RemoveBackground(grey, width, height);
        return Fit(grey, width, height);
    }

    private static float[] Grey(SKBitmap bitmap)
    {
        var pixels = bitmap.GetPixelSpan();
        var grey = new float[bitmap.Width * bitmap.Height];
        for (var i = 0; i < grey.Length; i++)
        {
            var pixel = pixels.Slice(i * 4, 4);

            // What is transparent counts as white paper.
            var paper = 255 - pixel[3];
            grey[i] = ((0.299f * (pixel[0] + paper)) + (0.587f * (pixel[1] + paper)) + (0.114f * (pixel[2] + paper))) / 255;
        }

        return grey;
    }

    // The median of the border is the background; what differs from it in the direction that is more common is the thing.
    private static void RemoveBackground(float[] grey, int width, int height)
    {
        var border = new List<float>(2 * (width + height));
        for (var x = 0; x < width; x++)
        {
            border.Add(grey[x]);
            border.Add(grey[((height - 1) * width) + x]);
        }

        for (var y = 0; y < height; y++)
        {
            border.Add(grey[y * width]);
            border.Add(grey[(y * width) + width - 1]);
        }

        border.Sort();
        var background = border[border.Count / 2];
        var isLight = background > 0.5f;
        for (var i = 0; i < grey.Length; i++)
        {
            var value = isLight ? (background - grey[i]) / background : (grey[i] - background) / (1 - background);
            grey[i] = value < Faint ? 0 : Math.Min(value, 1);
        }
    }

    // Cuts the thing out and averages it down, its longer side to 26, in the middle.
    private static float[] Fit(float[] grey, int width, int height)
    {
        var (left, top, right, bottom) = (width, height, -1, -1);
        for (var i = 0; i < grey.Length; i++)
        {
            if (grey[i] > 0)
            {
                var (x, y) = (i % width, i / width);
                (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x), Math.Max(bottom, y));
            }
        }

        var pixels = new float[Size * Size];
        if (right < 0)
        {
            return pixels;
        }

        var (boxWidth, boxHeight) = (right - left + 1, bottom - top + 1);
        var step = Math.Max(boxWidth, boxHeight) / Extent;
        var (startX, startY) = (left - ((step * Size) - boxWidth) / 2, top - ((step * Size) - boxHeight) / 2);
        for (var y = 0; y < Size; y++)
        {
            for (var x = 0; x < Size; x++)
            {
                pixels[(y * Size) + x] = Average(
                    grey, width, height, startX + (x * step), startY + (y * step), startX + ((x + 1) * step), startY + ((y + 1) * step));
            }
        }

        return pixels;
    }

    private static float Average(float[] grey, int width, int height, float x0, float y0, float x1, float y1)
    {
        var (sum, count) = (0f, 0);
        for (var y = (int)MathF.Floor(y0); y < Math.Max(y1, MathF.Floor(y0) + 1); y++)
        {
            for (var x = (int)MathF.Floor(x0); x < Math.Max(x1, MathF.Floor(x0) + 1); x++)
            {
                sum += x >= 0 && y >= 0 && x < width && y < height ? grey[(y * width) + x] : 0;
                count++;
            }
        }

        return sum / count;
    }
}
