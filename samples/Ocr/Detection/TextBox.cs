// SPDX-License-Identifier: Apache-2.0

using SkiaSharp;

namespace Inference.Hosting.Samples.Ocr.Detection;

/// <summary>A rectangle around a line of text, turned as the line is, in pixels of the photo.</summary>
/// <param name="Corners">Top left, top right, bottom right, bottom left, as read when the head is tilted less than 45 degrees.</param>
/// <param name="Score">How sure the detector is that this is text, from 0 to 1.</param>
internal sealed record TextBox(SKPoint[] Corners, float Score)
{
    public float Width => SKPoint.Distance(Corners[0], Corners[1]);

    public float Height => SKPoint.Distance(Corners[0], Corners[3]);

    public SKPoint Center => new((Corners[0].X + Corners[2].X) / 2, (Corners[0].Y + Corners[2].Y) / 2);

    /// <summary>A tall box holds a line that runs up or down.</summary>
    private bool IsUpended => Height >= 1.5f * Width;

    /// <summary>Width by height of the line when it lies flat.</summary>
    public float Aspect => IsUpended ? Height / Width : Width / Height;

    /// <summary>How far a point is above or below the line through the middle of the box, which is endless to both sides.</summary>
    public float DistanceFromAxis(SKPoint point)
    {
        var (along, away) = (Corners[1] - Corners[0], point - Center);
        return Math.Abs((along.X * away.Y) - (along.Y * away.X)) / Width;
    }

    /// <summary>Maps the photo so that the line lies flat and fills a picture.</summary>
    /// <param name="width">Of the picture.</param>
    /// <param name="height">Of the picture.</param>
    /// <param name="turned">Whether the line stands on its head.</param>
    public SKMatrix ToLine(int width, int height, bool turned = false)
    {
        var first = (IsUpended ? 1 : 0) + (turned ? 2 : 0);
        var (origin, right, below) = (Corners[first], Corners[(first + 1) % 4], Corners[(first + 3) % 4]);
        var toPhoto = new SKMatrix(
            (right.X - origin.X) / width, (below.X - origin.X) / height, origin.X,
            (right.Y - origin.Y) / width, (below.Y - origin.Y) / height, origin.Y,
            0, 0, 1);
        return toPhoto.TryInvert(out var toLine)
            ? toLine
            : throw new InvalidOperationException("A text box has no area.");
    }
}
