// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Detection;

namespace Inference.Hosting.Samples.Tests.Ocr.Detection;

public sealed class ReadingOrderTests
{
    [Fact]
    public void Rows_BoxesOfTwoRows_OrdersEachFromTheLeft()
    {
        var (a, b, c, d) = (Box(10, 10), Box(200, 14), Box(12, 60), Box(300, 8));

        var rows = ReadingOrder.Rows([c, d, b, a]);

        Assert.Equal([[a, b, d], [c]], rows);
    }

    private static TextBox Box(float x, float y)
        => new([new(x, y), new(x + 80, y), new(x + 80, y + 30), new(x, y + 30)], 1);
}
