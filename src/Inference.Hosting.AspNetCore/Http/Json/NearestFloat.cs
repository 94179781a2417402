// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Runtime.CompilerServices;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The nearest binary float of a decimal number, ties to even, by one or two multiplications.</summary>
/// <remarks>
/// The algorithm of Michael Eisel and Daniel Lemire: "Number parsing at a gigabyte per second", Software: Practice and Experience 51 (8),
/// 2021. That 128 bits of the power always decide is shown by Noble Mushtak and Daniel Lemire, "Fast number parsing without fallback",
/// Software: Practice and Experience 53 (7), 2023. What it is not asked here (more than 19 digits, results that are not normal numbers) is
/// left to the slow way.
/// </remarks>
internal static class NearestFloat
{
    /// <summary>The nearest float; false when the slow way has to find it.</summary>
    public static bool TryGet(in NumberParts parts, out float value)
    {
        if (IsInteger(parts, 24))
        {
            value = parts.IsNegative ? -(float)parts.Mantissa : parts.Mantissa;
            return true;
        }

        var isFound = TryRound(parts, 23, 127, -17, 10, out var bits);
        value = BitConverter.UInt32BitsToSingle((uint)bits | (parts.IsNegative ? 1U << 31 : 0));
        return isFound;
    }

    /// <summary>The nearest double; false when the slow way has to find it.</summary>
    public static bool TryGet(in NumberParts parts, out double value)
    {
        if (IsInteger(parts, 53))
        {
            value = parts.IsNegative ? -(double)parts.Mantissa : parts.Mantissa;
            return true;
        }

        var isFound = TryRound(parts, 52, 1023, -4, 23, out var bits);
        value = BitConverter.UInt64BitsToDouble(bits | (parts.IsNegative ? 1UL << 63 : 0));
        return isFound;
    }

    // Integers that the format holds as they are: pixels, token ids, one-hot rows.
    private static bool IsInteger(in NumberParts parts, int bits) => parts is { Exponent: 0, IsExact: true } && parts.Mantissa >> bits == 0;

    /// <param name="parts">The number.</param>
    /// <param name="fractionBits">Bits of the format's mantissa, without the one that is not stored.</param>
    /// <param name="bias">Of the format's exponent.</param>
    /// <param name="leastTie">The smallest power of ten with which a number can lie exactly between two of the format.</param>
    /// <param name="mostTie">The largest.</param>
    /// <param name="bits">The result without its sign.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryRound(in NumberParts parts, int fractionBits, int bias, int leastTie, int mostTie, out ulong bits)
    {
        bits = 0;
        var power = parts.Exponent;
        if (!parts.IsExact || parts.Mantissa == 0 || power is < PowersOfTen.Least or > PowersOfTen.Most)
        {
            return parts.IsExact && parts.Mantissa == 0;
        }

        // (1) The top of mantissa × 10^power. The lower half of the power matters only where the upper half left the bits that round in doubt.
        var zeros = BitOperations.LeadingZeroCount(parts.Mantissa);
        var left = parts.Mantissa << zeros;
        var (powerHigh, powerLow) = PowersOfTen.Get(power);
        var high = Math.BigMul(left, powerHigh, out var low);
        var doubtful = ulong.MaxValue >> (fractionBits + 3);
        if ((high & doubtful) == doubtful)
        {
            var more = Math.BigMul(left, powerLow, out _);
            low += more;
            high += low < more ? 1UL : 0;
        }

        // (2) Two bits more than are stored: the one that is not, and the one that rounds.
        var top = (int)(high >> 63);
        var shift = top + 64 - fractionBits - 3;
        var mantissa = high >> shift;
        var exponent = ((217706 * power) >> 16) + 63 + top - zeros + bias;
        if (exponent <= 0)
        {
            return false;
        }

        // (3) Half up, but exactly half to even.
        if (low <= 1 && power >= leastTie && power <= mostTie && (mantissa & 3) == 1 && mantissa << shift == high)
        {
            mantissa--;
        }

        mantissa = (mantissa + (mantissa & 1)) >> 1;
        if (mantissa >> (fractionBits + 1) != 0)
        {
            mantissa >>= 1;
            exponent++;
        }

        bits = (mantissa & ((1UL << fractionBits) - 1)) | ((ulong)exponent << fractionBits);
        return exponent <= 2 * bias;
    }
}
