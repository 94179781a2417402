// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;
using SkiaSharp;

namespace Inference.Hosting.Samples.Tests.Ocr.Detection;

public sealed class TextBoxTests
{
    private static readonly TextBox _flat = new([new(10, 20), new(110, 20), new(110, 40), new(10, 40)], 1);
    private static readonly TextBox _tall = new([new(10, 20), new(30, 20), new(30, 120), new(10, 120)], 1);

    [Fact]
    public void ToLine_FlatBox_FillsThePicture()
    {
        var matrix = _flat.ToLine(200, 48);

        Close(new(0, 0), matrix.MapPoint(new SKPoint(10, 20)));
        Close(new(200, 48), matrix.MapPoint(new SKPoint(110, 40)));
    }

    [Fact]
    public void ToLine_TurnedLine_StartsAtTheBottomRight()
        => Close(new(0, 0), _flat.ToLine(200, 48, turned: true).MapPoint(new SKPoint(110, 40)));

    [Fact]
    public void ToLine_TallBox_LiesDown()
    {
        Assert.Equal(5, _tall.Aspect);
        Close(new(0, 0), _tall.ToLine(240, 48).MapPoint(new SKPoint(30, 20)));
        Close(new(240, 0), _tall.ToLine(240, 48).MapPoint(new SKPoint(30, 120)));
    }

    private static void Close(SKPoint expected, SKPoint actual)
        => Assert.True(SKPoint.Distance(expected, actual) < 0.01f, $"Expected {expected}, got {actual}.");
}
