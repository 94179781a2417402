// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Samples.Ocr.Lines;

namespace Inference.Hosting.Samples.Tests.Ocr.Lines;

public sealed class CtcDecoderTests
{
    // Classes: 0 blank, 1 a, 2 b, 3 space.
    private static readonly CharacterSet _characters =
        CharacterSet.Read(new MemoryStream(Encoding.UTF8.GetBytes("a\nb\n")));

    [Theory]
    [InlineData(new[] { 1, 1, 2, 2 }, "ab")]
    [InlineData(new[] { 1, 0, 1 }, "aa")]
    [InlineData(new[] { 0, 0, 0 }, "")]
    [InlineData(new[] { 1, 3, 3, 2, 0 }, "a b")]
    [InlineData(new[] { 3, 1, 0, 3 }, "a")]
    public void Decode_ClassesByStep_LeavesOutBlanksAndRepetitions(int[] steps, string expected)
        => Assert.Equal(expected, CtcDecoder.Decode(Sure(steps, 0.7f), _characters).Text);

    [Fact]
    public void Decode_Characters_ConfidenceIsTheirMean()
    {
        float[] probabilities = [.. Sure([1], 0.9f), .. Sure([0], 1), .. Sure([2], 0.5f)];

        Assert.Equal(0.7f, CtcDecoder.Decode(probabilities, _characters).Confidence, 1e-6f);
    }

    private static float[] Sure(int[] steps, float probability)
    {
        var probabilities = new float[steps.Length * _characters.Count];
        for (var i = 0; i < steps.Length; i++)
        {
            probabilities[(i * _characters.Count) + steps[i]] = probability;
        }

        return probabilities;
    }
}
