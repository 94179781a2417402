// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Numerics;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The shortest decimal text that reads back as the same float, the nearest to it if there are several: what <c>ToString("R")</c> gives, in less time.</summary>
/// <remarks>
/// The Schubfach algorithm: Raffaello Giulietti, "The Schubfach way to render doubles", 2021, with the numbers for 32 bits. All arithmetic
/// is on integers: the float and the bounds of what rounds to it are scaled by a power of ten so that one or two digits are left to choose.
/// </remarks>
internal static class ShortestSingle
{
    /// <summary>Most bytes of a text.</summary>
    public const int MaxLength = 15;

    private const int FractionBits = 23;
    private const int Bias = 127 + FractionBits;
    private const int LeastPower = -31;
    private const int MostPower = 45;

    // Where ToString changes to an exponent.
    private const int LeastScale = -4;
    private const int MostScale = 9;

    // The first 64 bits of powers of ten, rounded up.
    private static readonly ulong[] _powers = [.. Enumerable.Range(LeastPower, MostPower - LeastPower + 1).Select(ComputePower)];

    /// <summary>Writes a finite float.</summary>
    /// <param name="value">Neither NaN nor infinite.</param>
    /// <param name="text">At least <see cref="MaxLength"/> bytes.</param>
    /// <returns>Bytes written.</returns>
    public static int Format(float value, Span<byte> text)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        var length = 0;
        if (bits >> 31 != 0)
        {
            text[length++] = (byte)'-';
        }

        bits &= int.MaxValue;
        if (bits == 0)
        {
            text[length] = (byte)'0';
            return length + 1;
        }

        var (digits, exponent) = FindDigits(bits);
        while (digits % 10 == 0)
        {
            digits /= 10;
            exponent++;
        }

        return length + Layout(digits, exponent, text[length..]);
    }

    // The digits as an integer, which may end with zeros, and the power of ten that they are multiplied by.
    private static (uint Digits, int Exponent) FindDigits(uint bits)
    {
        var fraction = bits & ((1U << FractionBits) - 1);
        var stored = (int)(bits >> FractionBits);
        var mantissa = stored == 0 ? fraction : fraction | (1U << FractionBits);
        var exponent = Math.Max(stored, 1) - Bias;
        if (exponent is <= 0 and >= -FractionBits && (mantissa & ((1U << -exponent) - 1)) == 0)
        {
            return (mantissa >> -exponent, 0);
        }

        // (1) In quarters: the float, and the bounds halfway to its neighbours. Below a power of two the neighbour is nearer.
        var isNearer = fraction == 0 && stored > 1;
        var below = (4 * mantissa) - (isNearer ? 1U : 2);
        var above = (4 * mantissa) + 2;

        // (2) Scaled so that the bounds are at least one and less than ten apart. Bounds count if ties to even would round to the float.
        var power = ((exponent * 1262611) - (isNearer ? 524031 : 0)) >> 22;
        var shift = exponent + ((-power * 1741647) >> 19) + 1;
        var scale = _powers[-power - LeastPower];
        var odd = mantissa & 1;
        var lower = Scale(scale, below << shift) + odd;
        var middle = Scale(scale, (4 * mantissa) << shift);
        var upper = Scale(scale, above << shift) - odd;

        // (3) One digit less, if exactly one such number is within; else the one within, or the nearer of two.
        var floor = middle / 4;
        var tens = floor / 10;
        var isTensWithin = lower <= 40 * tens;
        if (floor >= 10 && isTensWithin != ((40 * tens) + 40 <= upper))
        {
            return (isTensWithin ? tens : tens + 1, power + 1);
        }

        var isFloorWithin = lower <= 4 * floor;
        if (isFloorWithin != ((4 * floor) + 4 <= upper))
        {
            return (isFloorWithin ? floor : floor + 1, power);
        }

        var half = (4 * floor) + 2;
        return (middle > half || (middle == half && (floor & 1) != 0) ? floor + 1 : floor, power);
    }

    // The product without its last 64 bits, but for a last bit that says whether there was anything.
    private static uint Scale(ulong power, uint value)
    {
        var high = Math.BigMul(power, value, out var low);
        return (uint)high | (low >> 32 > 1 ? 1U : 0);
    }

    private static int Layout(uint digits, int exponent, Span<byte> text)
    {
        Span<byte> plain = stackalloc byte[10];
        digits.TryFormat(plain, out var count, default, CultureInfo.InvariantCulture);
        plain = plain[..count];
        var point = count + exponent;
        return point switch
        {
            > MostScale or <= LeastScale => LayoutExponent(plain, point - 1, text),
            <= 0 => LayoutFraction(plain, -point, text),
            _ => LayoutMixed(plain, point, text),
        };
    }

    private static int LayoutExponent(ReadOnlySpan<byte> digits, int exponent, Span<byte> text)
    {
        var length = 0;
        text[length++] = digits[0];
        if (digits.Length > 1)
        {
            text[length++] = (byte)'.';
            digits[1..].CopyTo(text[length..]);
            length += digits.Length - 1;
        }

        text[length++] = (byte)'E';
        text[length++] = (byte)(exponent < 0 ? '-' : '+');
        var (tens, ones) = Math.DivRem(Math.Abs(exponent), 10);
        text[length++] = (byte)('0' + tens);
        text[length++] = (byte)('0' + ones);
        return length;
    }

    private static int LayoutFraction(ReadOnlySpan<byte> digits, int zeros, Span<byte> text)
    {
        text[0] = (byte)'0';
        text[1] = (byte)'.';
        text.Slice(2, zeros).Fill((byte)'0');
        digits.CopyTo(text[(2 + zeros)..]);
        return 2 + zeros + digits.Length;
    }

    private static int LayoutMixed(ReadOnlySpan<byte> digits, int point, Span<byte> text)
    {
        if (point >= digits.Length)
        {
            digits.CopyTo(text);
            text[digits.Length..point].Fill((byte)'0');
            return point;
        }

        digits[..point].CopyTo(text);
        text[point] = (byte)'.';
        digits[point..].CopyTo(text[(point + 1)..]);
        return digits.Length + 1;
    }

    private static ulong ComputePower(int power)
    {
        var ten = BigInteger.Pow(10, Math.Abs(power));
        var length = (int)ten.GetBitLength();
        if (power < 0)
        {
            // One more than the quotient is its ceiling: a power of ten never divides a power of two.
            return (ulong)(((BigInteger.One << (length + 63)) / ten) + 1);
        }

        var excess = Math.Max(length - 64, 0);
        return (ulong)(((ten << (64 - length + excess)) + (BigInteger.One << excess) - 1) >> excess);
    }
}
