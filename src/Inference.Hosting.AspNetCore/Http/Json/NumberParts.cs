// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>A JSON number taken apart: its sign, and mantissa × 10^exponent.</summary>
/// <remarks>
/// Digits of a fraction are read eight at a time, as Daniel Lemire describes in "Number parsing at a gigabyte per second",
/// Software: Practice and Experience 51 (8), 2021; here for any number of digits up to eight, so that no branch depends on it.
/// </remarks>
internal readonly struct NumberParts
{
    private const int MaxExactDigits = 19;
    private const int FarExponent = 100_000;

    private NumberParts(ulong mantissa, int exponent, int length, bool isNegative, bool isExact, bool isInteger)
        => (Mantissa, Exponent, Length, IsNegative, IsExact, IsInteger) = (mantissa, exponent, length, isNegative, isExact, isInteger);

    /// <summary>The digits without point and sign; meaningless unless <see cref="IsExact"/>.</summary>
    public ulong Mantissa { get; }

    /// <summary>The power of ten.</summary>
    public int Exponent { get; }

    /// <summary>Bytes of the text.</summary>
    public int Length { get; }

    public bool IsNegative { get; }

    /// <summary>Whether all digits went into the mantissa: there are at most 19 that matter.</summary>
    public bool IsExact { get; }

    /// <summary>Whether it is written without point and exponent.</summary>
    public bool IsInteger { get; }

    // 10^0 to 10^8.
    private static ReadOnlySpan<uint> Powers => [1, 10, 100, 1000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000];

    /// <summary>Takes apart the number that a text begins with. What stands behind it is the caller's to judge.</summary>
    /// <returns>False when the text does not begin with a whole JSON number.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryScan(ReadOnlySpan<byte> text, out NumberParts parts)
    {
        parts = default;
        var isNegative = !text.IsEmpty && text[0] == '-';
        var first = isNegative ? 1 : 0;
        ulong mantissa = 0;
        var index = ReadDigits(text, first, ref mantissa);
        var digits = index - first;
        if (digits == 0 || (digits > 1 && text[first] == '0'))
        {
            return false;
        }

        var exponent = 0;
        var isInteger = true;
        if ((uint)index < (uint)text.Length && text[index] == '.')
        {
            var fraction = index + 1;
            index = ReadManyDigits(text, fraction, ref mantissa);
            exponent = fraction - index;
            digits -= exponent;
            isInteger = false;
            if (exponent == 0)
            {
                return false;
            }
        }

        if ((uint)index < (uint)text.Length && (text[index] | 0x20) == 'e')
        {
            isInteger = false;
            if (!TryReadExponent(text, ref index, ref exponent))
            {
                return false;
            }
        }

        var isExact = digits <= MaxExactDigits || digits - CountLeadingZeros(text[first..]) <= MaxExactDigits;
        parts = new NumberParts(mantissa, exponent, index, isNegative, isExact, isInteger);
        return true;
    }

    // Few digits, as before a point.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadDigits(ReadOnlySpan<byte> text, int index, ref ulong mantissa)
    {
        while ((uint)index < (uint)text.Length && (uint)(text[index] - '0') <= 9)
        {
            mantissa = (mantissa * 10) + (uint)(text[index] - '0');
            index++;
        }

        return index;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int ReadManyDigits(ReadOnlySpan<byte> text, int index, ref ulong mantissa)
    {
        while (text.Length - index >= sizeof(ulong))
        {
            var eight = BinaryPrimitives.ReadUInt64LittleEndian(text[index..]);
            var count = CountDigits(eight);
            if (count == 0)
            {
                return index;
            }

            mantissa = (mantissa * Powers[count]) + ToNumber((eight - 0x3030_3030_3030_3030) << (64 - (8 * count)));
            index += count;
            if (count < sizeof(ulong))
            {
                return index;
            }
        }

        return ReadDigits(text, index, ref mantissa);
    }

    // Digits among eight bytes before the first that is none. In the lowest byte that is no digit, and in none below it, the top bit gets set.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int CountDigits(ulong eight)
    {
        var values = eight ^ 0x3030_3030_3030_3030;
        return BitOperations.TrailingZeroCount(((values + 0x7676_7676_7676_7676) | values) & 0x8080_8080_8080_8080) >> 3;
    }

    // Eight values from 0 to 9, the first in the lowest byte: pairs, then fours, then all, by two multiplications.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint ToNumber(ulong values)
    {
        const ulong Pairs = 0x0000_00FF_0000_00FF;
        values = (values * 10) + (values >> 8);
        return (uint)((((values & Pairs) * (100 + (1_000_000UL << 32))) + (((values >> 16) & Pairs) * (1 + (10_000UL << 32)))) >> 32);
    }

    private static bool TryReadExponent(ReadOnlySpan<byte> text, ref int index, ref int exponent)
    {
        index++;
        var isNegative = (uint)index < (uint)text.Length && text[index] == '-';
        index += isNegative || ((uint)index < (uint)text.Length && text[index] == '+') ? 1 : 0;
        var first = index;
        var value = 0;
        while ((uint)index < (uint)text.Length && (uint)(text[index] - '0') <= 9)
        {
            value = Math.Min((value * 10) + (text[index] - '0'), FarExponent);
            index++;
        }

        exponent += isNegative ? -value : value;
        return index > first;
    }

    // Zeros before the first digit that counts: 0.000123 has four.
    private static int CountLeadingZeros(ReadOnlySpan<byte> digits)
    {
        var end = digits.IndexOfAnyExcept((byte)'0', (byte)'.');
        var leading = end < 0 ? digits : digits[..end];
        return leading.Length - (leading.Contains((byte)'.') ? 1 : 0);
    }
}
