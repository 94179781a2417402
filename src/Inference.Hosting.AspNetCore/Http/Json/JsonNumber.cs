// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Numbers of JSON text that already is known to be well-formed, to the nearest value of their type.</summary>
internal static class JsonNumber
{
    /// <summary>The nearest double; false beyond its range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out double value)
    {
        NumberParts.TryScan(text, out var parts);
        return TryConvert(text, parts, out value);
    }

    /// <summary>The nearest float; false beyond its range.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out float value)
    {
        NumberParts.TryScan(text, out var parts);
        return TryConvert(text, parts, out value);
    }

    /// <summary>Any integer, also written as <c>1.0</c> or <c>1e3</c>; false when it is none or is far beyond 64 bits.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Int128 value)
    {
        NumberParts.TryScan(text, out var parts);
        if (parts is { IsInteger: true, IsExact: true })
        {
            value = parts.IsNegative ? -(Int128)parts.Mantissa : parts.Mantissa;
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

    /// <summary>The nearest double of a number that was taken apart; false beyond its range.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out double value)
        => NearestFloat.TryGet(parts, out value)
            || (double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && double.IsFinite(value));

    /// <summary>The nearest float of a number that was taken apart; false beyond its range.</summary>
    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out float value)
        => NearestFloat.TryGet(parts, out value)
            || (float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out value) && float.IsFinite(value));
}
