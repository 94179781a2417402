// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Samples.Ocr.Lines;

namespace Inference.Hosting.Samples.Tests.Ocr.Lines;

public sealed class LineWidthTests
{
    [Theory]
    [InlineData(1, 64)]
    [InlineData(100, 96)]
    [InlineData(112, 128)]
    [InlineData(10_000, 2560)]
    public void For_NaturalWidth_TakesTheNearestWithinLimits(float natural, int expected)
        => Assert.Equal(expected, LineWidth.For(natural));
}
