// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using Inference.Hosting.AspNetCore.Http.Json;

namespace Inference.Hosting.AspNetCore.Tests.Http.Json;

public sealed class ShortestSingleTests
{
    [Theory]
    [InlineData(0f, "0")]
    [InlineData(-0f, "-0")]
    [InlineData(1f, "1")]
    [InlineData(-0.5f, "-0.5")]
    [InlineData(0.1f, "0.1")]
    [InlineData(1.1f, "1.1")]
    [InlineData(100f, "100")]
    [InlineData(16777216f, "16777216")]
    [InlineData(0.0001f, "0.0001")]
    [InlineData(0.00001f, "1E-05")]
    [InlineData(1e10f, "1E+10")]
    [InlineData(float.MaxValue, "3.4028235E+38")]
    [InlineData(1.17549435E-38f, "1.1754944E-38")]
    [InlineData(float.Epsilon, "1E-45")]
    public void Format_KnownValues_AreShortest(float value, string expected) => Assert.Equal(expected, Format(value));

    [Fact]
    public void Format_EveryPowerOfTwoAndItsNeighbours_IsAsToString()
    {
        for (var exponent = 0U; exponent < 255; exponent++)
        {
            for (var offset = -64; offset <= 64; offset++)
            {
                AssertAsToString(BitConverter.UInt32BitsToSingle((uint)Math.Max((exponent << 23) + offset, 0)));
            }
        }
    }

    [Fact]
    public void Format_RandomBits_IsAsToString()
    {
        var random = new Random(20260101);
        for (var i = 0; i < 2_000_000; i++)
        {
            AssertAsToString(BitConverter.Int32BitsToSingle(random.Next(int.MinValue, int.MaxValue)));
        }
    }

    [Fact]
    public void Format_ShortDecimals_IsAsToString()
    {
        var random = new Random(20260102);
        for (var i = 0; i < 1_000_000; i++)
        {
            AssertAsToString(random.Next(10_000_000) * MathF.Pow(10, -random.Next(12)));
        }
    }

    private static void AssertAsToString(float value)
    {
        if (!float.IsFinite(value))
        {
            return;
        }

        Span<byte> expected = stackalloc byte[32];
        value.TryFormat(expected, out var length, "R", CultureInfo.InvariantCulture);
        Span<byte> actual = stackalloc byte[ShortestSingle.MaxLength];
        var written = ShortestSingle.Format(value, actual);
        if (!actual[..written].SequenceEqual(expected[..length]))
        {
            Assert.Fail($"{Encoding.ASCII.GetString(expected[..length])} was written as {Encoding.ASCII.GetString(actual[..written])}");
        }
    }

    private static string Format(float value)
    {
        Span<byte> text = stackalloc byte[ShortestSingle.MaxLength];
        return Encoding.ASCII.GetString(text[..ShortestSingle.Format(value, text)]);
    }
}
