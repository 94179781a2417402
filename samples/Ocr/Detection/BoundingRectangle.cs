// SPDX-License-Identifier: Apache-2.0

using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>The smallest rectangle, at any angle, around points.</summary>
/// <param name="Origin">The corner from which both sides start.</param>
/// <param name="Along">Unit vector of the first side, the one closer to horizontal; points right.</param>
/// <param name="Width">Length along <paramref name="Along"/>.</param>
/// <param name="Height">Length at a right angle to it, downward.</param>
internal readonly record struct BoundingRectangle(SKPoint Origin, SKPoint Along, float Width, float Height)
{
    /// <summary>One side of the smallest rectangle lies on a side of the convex hull, so all of those are tried.</summary>
    /// <param name="points">At least one point; they are put in another order.</param>
    public static BoundingRectangle Around(Span<SKPoint> points)
    {
        var hull = ConvexHull.Of(points);
        var best = Measure(hull, new SKPoint(1, 0));
        for (var i = 0; i < hull.Length; i++)
        {
            var side = hull[(i + 1) % hull.Length] - hull[i];
            if (side.Length == 0)
            {
                continue;
            }

            var candidate = Measure(hull, new SKPoint(side.X / side.Length, side.Y / side.Length));
            best = candidate.Width * candidate.Height < best.Width * best.Height ? candidate : best;
        }

        return best;
    }

    /// <summary>Moves all four sides outward.</summary>
    public BoundingRectangle Grow(float distance)
        => new(
            new(Origin.X - (distance * (Along.X - Along.Y)), Origin.Y - (distance * (Along.Y + Along.X))),
            Along,
            Width + (2 * distance),
            Height + (2 * distance));

    /// <summary>Top left, top right, bottom right, bottom left, stretched by a factor in each direction.</summary>
    public SKPoint[] Corners(float scaleX, float scaleY)
    {
        var (acrossX, acrossY) = (Along.X * Width, Along.Y * Width);
        var (downX, downY) = (-Along.Y * Height, Along.X * Height);
        return
        [
            new(Origin.X * scaleX, Origin.Y * scaleY),
            new((Origin.X + acrossX) * scaleX, (Origin.Y + acrossY) * scaleY),
            new((Origin.X + acrossX + downX) * scaleX, (Origin.Y + acrossY + downY) * scaleY),
            new((Origin.X + downX) * scaleX, (Origin.Y + downY) * scaleY),
        ];
    }

    private static BoundingRectangle Measure(ReadOnlySpan<SKPoint> hull, SKPoint side)
    {
        var along = Math.Abs(side.X) >= Math.Abs(side.Y) ? side : new SKPoint(-side.Y, side.X);
        along = along.X < 0 ? new SKPoint(-along.X, -along.Y) : along;
        var (left, right, top, bottom) = (float.MaxValue, float.MinValue, float.MaxValue, float.MinValue);
        foreach (var point in hull)
        {
            var x = (point.X * along.X) + (point.Y * along.Y);
            var y = (point.Y * along.X) - (point.X * along.Y);
            (left, right, top, bottom) = (Math.Min(left, x), Math.Max(right, x), Math.Min(top, y), Math.Max(bottom, y));
        }

        return new(
            new((left * along.X) - (top * along.Y), (left * along.Y) + (top * along.X)),
            along,
            right - left,
            bottom - top);
    }
}
