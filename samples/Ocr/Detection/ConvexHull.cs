// SPDX-License-Identifier: Apache-2.0

using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>The convex hull of points in a plane, by Andrew's monotone chain.</summary>
internal static class ConvexHull
{
    /// <summary>The corners of the hull in circular order.</summary>
    /// <param name="points">At least one point; they are put in another order.</param>
    public static SKPoint[] Of(Span<SKPoint> points)
    {
        points.Sort(static (a, b) => a.X != b.X ? a.X.CompareTo(b.X) : a.Y.CompareTo(b.Y));
        var hull = new List<SKPoint>(points.Length);
        foreach (var point in points)
        {
            Push(hull, 0, point);
        }

        var lower = hull.Count;
        for (var i = points.Length - 2; i >= 0; i--)
        {
            Push(hull, lower - 1, points[i]);
        }

        if (hull.Count > 1)
        {
            hull.RemoveAt(hull.Count - 1);
        }

        return [.. hull];
    }

    private static void Push(List<SKPoint> hull, int start, SKPoint point)
    {
        while (hull.Count >= start + 2 && Cross(hull[^2], hull[^1], point) <= 0)
        {
            hull.RemoveAt(hull.Count - 1);
        }

        hull.Add(point);
    }

    private static float Cross(SKPoint origin, SKPoint a, SKPoint b)
        => ((a.X - origin.X) * (b.Y - origin.Y)) - ((a.Y - origin.Y) * (b.X - origin.X));
}
