// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Runtime.InteropServices;
using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>Turns the detector's answer, a probability of text for each pixel, into boxes.</summary>
/// <remarks>The detector marks the core of each line, so boxes are grown afterwards by a share of their size.</remarks>
internal static class ProbabilityMap
{
    private const float PixelThreshold = 0.3f;
    private const float BoxThreshold = 0.6f;
    private const float Growth = 2f;
    private const int SmallestSide = 3;
    private const int MostBoxes = 1000;

    /// <summary>Finds the boxes.</summary>
    /// <param name="map">Probabilities, row by row.</param>
    /// <param name="width">Pixels in a row.</param>
    /// <param name="scaleX">From the map to the photo.</param>
    /// <param name="scaleY">From the map to the photo.</param>
    public static List<TextBox> FindBoxes(ReadOnlySpan<float> map, int width, float scaleX, float scaleY)
    {
        var boxes = new List<TextBox>();
        var outline = new List<SKPoint>();
        var seen = ArrayPool<bool>.Shared.Rent(map.Length);
        seen.AsSpan(0, map.Length).Clear();
        for (var start = 0; start < map.Length && boxes.Count < MostBoxes; start++)
        {
            if (seen[start] || map[start] <= PixelThreshold)
            {
                continue;
            }

            outline.Clear();
            var score = Flood(map, width, start, seen, outline);
            var core = BoundingRectangle.Around(CollectionsMarshal.AsSpan(outline));
            if (score < BoxThreshold || Math.Min(core.Width, core.Height) < SmallestSide)
            {
                continue;
            }

            var distance = core.Width * core.Height * Growth / (2 * (core.Width + core.Height));
            boxes.Add(new TextBox(core.Grow(distance).Corners(scaleX, scaleY), score));
        }

        ArrayPool<bool>.Shared.Return(seen);
        return boxes;
    }

    /// <summary>Visits a connected patch, diagonals included; gives its mean probability and the ends of its rows.</summary>
    private static float Flood(ReadOnlySpan<float> map, int width, int start, bool[] seen, List<SKPoint> outline)
    {
        var (sum, count, height) = (0.0, 0, map.Length / width);
        var pending = new Stack<int>();
        seen[start] = true;
        pending.Push(start);
        while (pending.TryPop(out var index))
        {
            sum += map[index];
            count++;
            var (y, x) = Math.DivRem(index, width);
            if (x == 0 || x == width - 1 || map[index - 1] <= PixelThreshold || map[index + 1] <= PixelThreshold)
            {
                outline.Add(new(x, y));
            }

            for (var row = Math.Max(y - 1, 0); row <= Math.Min(y + 1, height - 1); row++)
            {
                for (var column = Math.Max(x - 1, 0); column <= Math.Min(x + 1, width - 1); column++)
                {
                    var neighbour = (row * width) + column;
                    if (!seen[neighbour] && map[neighbour] > PixelThreshold)
                    {
                        seen[neighbour] = true;
                        pending.Push(neighbour);
                    }
                }
            }
        }

        return (float)(sum / count);
    }
}
