// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.Tests.Http.Json;

public sealed class NumberPartsTests
{
    [Theory]
    [InlineData("0", 0, 0, 1)]
    [InlineData("-0", 0, 0, 2)]
    [InlineData("12345678901234567", 12345678901234567, 0, 17)]
    [InlineData("0.5", 5, -1, 3)]
    [InlineData("0.12345678", 12345678, -8, 10)]
    [InlineData("0.123456789,0.1", 123456789, -9, 11)]
    [InlineData("1.2345678901234567]", 12345678901234567, -16, 18)]
    [InlineData("7.25e2", 725, 0, 6)]
    [InlineData("7.25E-02 ", 725, -4, 8)]
    [InlineData("7e+5}", 7, 5, 4)]
    [InlineData("0.0000000000000000000000012", 12, -25, 27)]
    [InlineData("1e999999999999", 1, 100_000, 14)]
    [InlineData("1.5.5", 15, -1, 3)]
    [InlineData("1.0/:", 10, -1, 3)]
    public void TryScan_Numbers_AreTakenApart(string text, long mantissa, int exponent, int length)
    {
        // Whatever follows in memory, and whether there is room for eight bytes or not.
        foreach (var tail in (string[])["", ",", ",123456789012", "x\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF\u00FF", " ]]]]]]]]]"])
        {
            Assert.True(NumberParts.TryScan(Encoding.Latin1.GetBytes(text + tail), out var parts), text + tail);
            Assert.Equal(((ulong)mantissa, exponent, length), (parts.Mantissa, parts.Exponent, parts.Length));
            Assert.Equal(text[0] == '-', parts.IsNegative);
            Assert.True(parts.IsExact);
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("-")]
    [InlineData("+1")]
    [InlineData("01")]
    [InlineData("-00")]
    [InlineData(".5")]
    [InlineData("1.")]
    [InlineData("1.e5")]
    [InlineData("1.         ")]
    [InlineData("1e")]
    [InlineData("1e+")]
    [InlineData("1e-,")]
    [InlineData("NaN")]
    [InlineData("-Infinity")]
    [InlineData("x")]
    public void TryScan_AnythingElse_IsRefused(string text) => Assert.False(NumberParts.TryScan(Encoding.ASCII.GetBytes(text), out _));

    [Theory]
    [InlineData("12345678901234567890")]
    [InlineData("1.2345678901234567890")]
    [InlineData("0.00000012345678901234567890")]
    public void TryScan_TwentyDigits_AreNotExact(string text)
    {
        Assert.True(NumberParts.TryScan(Encoding.ASCII.GetBytes(text), out var parts));
        Assert.False(parts.IsExact);
        Assert.Equal(text.Length, parts.Length);
    }

    [Fact]
    public void TryScan_EveryByteAfterADigit_EndsTheNumberOrBelongsToIt()
    {
        for (var c = 0; c < 256; c++)
        {
            byte[] text = [.. "0.12"u8, (byte)c, .. "3456789"u8];
            var belongs = char.IsAsciiDigit((char)c);
            Assert.Equal(c is not ('e' or 'E') || belongs, NumberParts.TryScan(text, out var parts) && parts.Length == (belongs ? 12 : 4));
        }
    }
}
