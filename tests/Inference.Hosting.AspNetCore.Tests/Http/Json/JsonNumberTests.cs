// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.Tests.Http.Json;

public sealed class JsonNumberTests
{
    [Theory]
    [InlineData("16777217")]
    [InlineData("16777217.0000001")]
    [InlineData("16777216.9999999")]
    [InlineData("1.00000005960464477539062")]
    [InlineData("1.00000005960464477539063")]
    [InlineData("1.000000059604644775390625")]
    [InlineData("1.0000000596046447753906250000000000000000000000000000001")]
    [InlineData("3.4028235677973366e38")]
    [InlineData("3.4028234e38")]
    [InlineData("1.17549435e-38")]
    [InlineData("1.1754943e-38")]
    [InlineData("7.006492321624085e-46")]
    [InlineData("7.006492321624086e-46")]
    [InlineData("0.000000000000000000000000000000000000000000001")]
    [InlineData("-0.0")]
    [InlineData("0e999")]
    [InlineData("9007199254740993")]
    [InlineData("123456789012345678901234567890")]
    [InlineData("1e22")]
    [InlineData("1e23")]
    [InlineData("8.5e-23")]
    [InlineData("4.35")]
    [InlineData("0.00000000000000000000000000000123456789")]
    [InlineData("100000000000000000000000000000000000000")]
    [InlineData("340282356779733661637539395458142568447")]
    [InlineData("340282356779733661637539395458142568448")]
    [InlineData("1.7976931348623158e308")]
    [InlineData("1.7976931348623159e308")]
    [InlineData("2.2250738585072011e-308")]
    [InlineData("2.2250738585072014E-308")]
    [InlineData("4.9406564584124654e-324")]
    [InlineData("2.4703282292062327e-324")]
    [InlineData("1e-400")]
    [InlineData("1E+400")]
    [InlineData("1e99999999999999999999")]
    [InlineData("-1e-99999999999999999999")]
    [InlineData("9007199254740992.5")]
    [InlineData("18446744073709551615")]
    [InlineData("18446744073709551616")]
    [InlineData("99999999999999999999e-20")]
    public void TryParse_HardCases_AreTheNearest(string text) => AssertNearest(text);

    [Fact]
    public void TryParse_RandomText_IsTheNearest()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 3_000_000; i++)
        {
            AssertNearest(MakeText(random));
        }
    }

    [Fact]
    public void TryParse_HalfwayBetweenFloats_RoundsToEven()
    {
        // Exact decimals of the points between two floats, and the same with one more digit on either side.
        var random = new Random(20260103);
        for (var i = 0; i < 100_000; i++)
        {
            var bits = (uint)random.Next(0x7F7F_FFFF);
            var half = (BitConverter.UInt32BitsToSingle(bits) + (double)BitConverter.UInt32BitsToSingle(bits + 1)) / 2;
            var text = half.ToString("F160", CultureInfo.InvariantCulture).TrimEnd('0');
            AssertNearest(text + "0");
            AssertNearest(text + "1");
            AssertNearest(half.ToString("E17", CultureInfo.InvariantCulture));
        }
    }

    [Fact]
    public void TryParse_RandomNumbers_AreTheNearest()
    {
        var random = new Random(20250101);
        for (var i = 0; i < 200_000; i++)
        {
            var single = BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue));
            var text = random.Next(5) switch
            {
                0 => single.ToString("R", CultureInfo.InvariantCulture),
                1 => ((double)single + (random.NextDouble() * single * 1e-8)).ToString("E16", CultureInfo.InvariantCulture),
                2 => random.Next().ToString(CultureInfo.InvariantCulture) + "." + random.Next(100_000).ToString("D5", CultureInfo.InvariantCulture),
                3 => random.NextInt64().ToString(CultureInfo.InvariantCulture) + "e" + random.Next(-40, 30).ToString(CultureInfo.InvariantCulture),

                // Exactly between two floats, where a double in between would round wrongly.
                _ => Math.Abs(BitConverter.UInt64BitsToDouble(BitConverter.DoubleToUInt64Bits(single) | 0x1000_0000))
                    .ToString("R", CultureInfo.InvariantCulture),
            };
            if (!text.Contains('N', StringComparison.Ordinal) && !text.Contains('I', StringComparison.Ordinal))
            {
                AssertNearest(text.Replace("E+", "e", StringComparison.Ordinal));
            }
        }
    }

    [Theory]
    [InlineData("0", "0")]
    [InlineData("-0", "0")]
    [InlineData("9223372036854775807", "9223372036854775807")]
    [InlineData("18446744073709551615", "18446744073709551615")]
    [InlineData("1.0", "1")]
    [InlineData("12e3", "12000")]
    [InlineData("1.5e1", "15")]
    [InlineData("1.5", null)]
    [InlineData("1e-1", null)]
    [InlineData("1e300", null)]
    [InlineData("10000000000000000000000000000001", null)]
    [InlineData("1.00000000000000000000000000001", null)]
    public void TryParse_Integers_AreExactOrRefused(string text, string? expected)
    {
        var parsed = JsonNumber.TryParse(Encoding.ASCII.GetBytes(text), out Int128 value);

        Assert.Equal(expected, parsed ? value.ToString(CultureInfo.InvariantCulture) : null);
    }

    [Theory]
    [InlineData(1.00390625, 0x3F80)] // A tie goes to even.
    [InlineData(1.01171875, 0x3F82)]
    [InlineData(1.0039062500000002, 0x3F81)] // Just above a tie, by less than a float can say.
    [InlineData(-2.5, 0xC020)]
    [InlineData(0.0, 0)]
    [InlineData(1e-320, 0)]
    public void TryRound_BFloat16_IsTheNearest(double value, int expected)
    {
        Assert.True(BFloat16Element.TryRound(value, out var bits));
        Assert.Equal(expected, bits);
    }

    private static string MakeText(Random random)
    {
        var single = BitConverter.UInt32BitsToSingle((uint)random.NextInt64(uint.MaxValue) & 0xFEFF_FFFF);
        var wide = BitConverter.UInt64BitsToDouble((ulong)random.NextInt64(long.MinValue, long.MaxValue) & 0xFFDF_FFFF_FFFF_FFFF);
        var unit = (random.NextDouble() * 2) - 1;
        return random.Next(10) switch
        {
            0 => single.ToString("R", CultureInfo.InvariantCulture),
            1 => single.ToString("G9", CultureInfo.InvariantCulture),
            2 => ((double)single).ToString("R", CultureInfo.InvariantCulture),
            3 => wide.ToString("R", CultureInfo.InvariantCulture),
            4 => wide.ToString("E17", CultureInfo.InvariantCulture),
            5 => ((float)unit).ToString("R", CultureInfo.InvariantCulture),
            6 => unit.ToString("R", CultureInfo.InvariantCulture),
            7 => unit.ToString("F" + random.Next(1, 25).ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture),
            8 => random.NextInt64().ToString(CultureInfo.InvariantCulture) + "." + random.NextInt64().ToString(CultureInfo.InvariantCulture),
            _ => random.NextInt64(long.MinValue, long.MaxValue).ToString(CultureInfo.InvariantCulture) + "e" + random.Next(-360, 320).ToString(CultureInfo.InvariantCulture),
        };
    }

    private static void AssertNearest(string text)
    {
        var utf8 = Encoding.ASCII.GetBytes(text);
        var wide = double.Parse(text, CultureInfo.InvariantCulture);
        var narrow = float.Parse(text, CultureInfo.InvariantCulture);

        Assert.True(double.IsFinite(wide) == JsonNumber.TryParse(utf8, out double actualWide), text);
        Assert.True(float.IsFinite(narrow) == JsonNumber.TryParse(utf8, out float actualNarrow), text);
        if (double.IsFinite(wide))
        {
            Assert.True(BitConverter.DoubleToInt64Bits(wide) == BitConverter.DoubleToInt64Bits(actualWide), text);
        }

        if (float.IsFinite(narrow))
        {
            Assert.True(BitConverter.SingleToInt32Bits(narrow) == BitConverter.SingleToInt32Bits(actualNarrow), text);
        }
    }
}
