// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;

namespace Inference.Hosting.Samples.Tests.Ocr.Detection;

public sealed class ReadingOrderTests
{
    [Fact]
    public void Rows_BoxesOfTwoRows_OrdersEachFromTheLeft()
    {
        var (a, b, c, d) = (Box(10, 10), Box(200, 14), Box(12, 60), Box(300, 8));

        Assert.Equal([[a, b, d], [c]], ReadingOrder.Rows([c, d, b, a]));
    }

    [Fact]
    public void Rows_TiltedPage_FollowsItsLines()
    {
        // Falling by 1 in 10, the right end of the first line is below the left end of the second.
        var (a, b, c, d) = (Box(0, 0, 0.1f), Box(600, 60, 0.1f), Box(0, 45, 0.1f), Box(600, 105, 0.1f));

        Assert.Equal([[a, b], [c, d]], ReadingOrder.Rows([d, b, c, a]));
    }

    [Fact]
    public void Rows_TiltedTagBesideLevelLines_StaysAlone()
    {
        var (first, second, tag) = (Box(0, 0), Box(0, 50), Box(500, 20, -0.2f));

        Assert.Equal([[first], [tag], [second]], ReadingOrder.Rows([first, second, tag]));
    }

    private static TextBox Box(float x, float y, float slope = 0)
        => new([new(x, y), new(x + 80, y + (80 * slope)), new(x + 80, y + (80 * slope) + 30), new(x, y + 30)], 1);
}
