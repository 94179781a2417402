// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Numbers of JSON text that already is known to be well-formed, to the nearest value of their type.</summary>
internal static class JsonNumber
{
    private const ulong MaxExactMantissa = 1UL << 53;

    private static readonly double[] _powers =
    [
        1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
    ];

    /// <summary>The nearest double; false beyond its range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
        => TryParseShort(text, out value)
            || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));

    /// <summary>The nearest float; false beyond its range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out float value)
    {
        // The nearest double rounds to the nearest float unless it lies exactly between two: then what the double has lost decides.
        if (TryParseShort(text, out var wide)
            && (BitConverter.DoubleToUInt64Bits(wide) & 0x1FFF_FFFF) != 0x1000_0000
            && Math.Abs(wide) <= float.MaxValue
            && (Math.Abs(wide) >= MinNormal || wide == 0))
        {
            value = (float)wide;
            return true;
        }

        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value);
    }

    /// <summary>An integer that fits a long; false for anything else, exact or not.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out long value)
    {
        value = 0;
        var isNegative = text[0] == '-';
        var digits = isNegative ? text[1..] : text;
        if (digits.Length > 18)
        {
            return false;
        }

        foreach (var digit in digits)
        {
            if (!char.IsAsciiDigit((char)digit))
            {
                return false;
            }

            value = (value * 10) + (digit - '0');
        }

        value = isNegative ? -value : value;
        return true;
    }

    /// <summary>Any integer, also written as <c>1.0</c> or <c>1e3</c>; false when it is none or is far beyond 64 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Int128 value)
    {
        if (TryParse(text, out long small))
        {
            value = small;
            return true;
        }

        // A decimal holds 28 digits: enough for every 64-bit integer, and longer texts are refused, not rounded.
        value = default;
        if (text.Length > 28
            || !decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number)
            || decimal.Truncate(number) != number)
        {
            return false;
        }

        value = (Int128)number;
        return true;
    }

    private const double MinNormal = 1.17549435e-38;

    // Clinger's fast path: a mantissa and a power of ten that doubles hold exactly need one correctly rounded operation.
    private static bool TryParseShort(ReadOnlySpan<byte> text, out double value)
    {
        value = 0;
        var index = text[0] == '-' ? 1 : 0;
        ulong mantissa = 0;
        var digits = 0;
        var exponent = 0;
        var seenPoint = false;
        for (; index < text.Length; index++)
        {
            var c = text[index];
            if (c == '.')
            {
                seenPoint = true;
                continue;
            }

            if (!char.IsAsciiDigit((char)c))
            {
                break;
            }

            mantissa = (mantissa * 10) + (ulong)(c - '0');
            digits += mantissa == 0 ? 0 : 1;
            exponent -= seenPoint ? 1 : 0;
        }

        if (digits > 19 || mantissa > MaxExactMantissa || !TryAddExponent(text[index..], ref exponent) || Math.Abs(exponent) > 22)
        {
            return false;
        }

        value = exponent < 0 ? mantissa / _powers[-exponent] : mantissa * _powers[exponent];
        value = text[0] == '-' ? -value : value;
        return true;
    }

    private static bool TryAddExponent(ReadOnlySpan<byte> text, ref int exponent)
    {
        if (text.IsEmpty)
        {
            return true;
        }

        var digits = text[1] is (byte)'+' or (byte)'-' ? text[2..] : text[1..];
        if (digits.Length > 3 || !TryParse(digits, out long value))
        {
            return false;
        }

        exponent += text[1] == '-' ? -(int)value : (int)value;
        return true;
    }
}
