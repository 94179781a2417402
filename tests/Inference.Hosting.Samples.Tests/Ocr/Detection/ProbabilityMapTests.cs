// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;

namespace Inference.Hosting.Samples.Tests.Ocr.Detection;

public sealed class ProbabilityMapTests
{
    private const int Width = 200;
    private const int Height = 120;

    [Fact]
    public void FindBoxes_TwoPatches_GrowsABoxAroundEach()
    {
        var map = Map((x, y) => (x is >= 20 and < 100 && y is >= 30 and < 40)
            || (x is >= 120 and < 180 && y is >= 80 and < 92));

        var boxes = ProbabilityMap.FindBoxes(map, Width, scaleX: 2, scaleY: 2);

        Assert.Equal(2, boxes.Count);
        Assert.All(boxes, box => Assert.Equal(0.9f, box.Score, 0.001f));
        Assert.True(boxes[0].Corners[0] is { X: < 40, Y: < 60 }, "It has a margin to the left and above.");
        Assert.True(boxes[0].Corners[2] is { X: > 200, Y: > 80 }, "It has a margin to the right and below.");
        Assert.Equal(2 * (20 + 99) / 2f, boxes[0].Center.X, 0.01f);
        Assert.Equal(2 * (30 + 39) / 2f, boxes[0].Center.Y, 0.01f);
    }

    [Theory]
    [InlineData(25)]
    [InlineData(-40)]
    public void FindBoxes_TiltedPatch_GivesABoxTiltedAlike(double degrees)
    {
        var (sine, cosine) = Math.SinCos(degrees * Math.PI / 180);
        var map = Map((x, y) =>
        {
            var (dx, dy) = (x - (Width / 2), y - (Height / 2));
            return Math.Abs((dx * cosine) + (dy * sine)) <= 50 && Math.Abs((dy * cosine) - (dx * sine)) <= 6;
        });

        var box = Assert.Single(ProbabilityMap.FindBoxes(map, Width, 1, 1));

        var side = box.Corners[1] - box.Corners[0];
        Assert.Equal(degrees, Math.Atan2(side.Y, side.X) * 180 / Math.PI, 2.0);
        Assert.Equal(Width / 2, box.Corners.Average(corner => corner.X), 1.5);
        Assert.Equal(Height / 2, box.Corners.Average(corner => corner.Y), 1.5);
    }

    [Fact]
    public void FindBoxes_SpecksAndFaintPatches_GivesNone()
    {
        var speck = Map((x, y) => x == 10 && y == 10);
        var faint = Map((x, y) => x is >= 20 and < 100 && y is >= 30 and < 40, probability: 0.4f);

        Assert.Empty(ProbabilityMap.FindBoxes(speck, Width, 1, 1));
        Assert.Empty(ProbabilityMap.FindBoxes(faint, Width, 1, 1));
    }

    [Fact]
    public void FindBoxes_TextEverywhere_GivesOneBox()
        => Assert.Single(ProbabilityMap.FindBoxes(Map((_, _) => true), Width, 1, 1));

    private static float[] Map(Func<int, int, bool> isText, float probability = 0.9f)
        => [.. Enumerable.Range(0, Width * Height).Select(i => isText(i % Width, i / Width) ? probability : 0)];
}
