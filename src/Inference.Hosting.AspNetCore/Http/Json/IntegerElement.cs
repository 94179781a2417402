// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>Integers in the range of their type, exact beyond 2^53 too.</summary>
internal readonly struct IntegerElement<T> : INumberElement<T>
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static string Expected => string.Create(CultureInfo.InvariantCulture, $"an integer from {T.MinValue} to {T.MaxValue}");

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
        => NumberText.TryAppend<IntegerElement<T>, T>(ref reader, target);

    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out T value)
    {
        if (parts is { IsInteger: true, IsExact: true })
        {
            // In 64 bits a negative number is 2^64 less its magnitude.
            var magnitude = parts.Mantissa;
            value = T.CreateTruncating(parts.IsNegative ? 0 - magnitude : magnitude);
            return magnitude <= (parts.IsNegative ? 0 - ulong.CreateTruncating(T.MinValue) : ulong.CreateTruncating(T.MaxValue));
        }

        value = default;
        if (!JsonNumber.TryParse(text, out Int128 large) || large < Int128.CreateChecked(T.MinValue) || large > Int128.CreateChecked(T.MaxValue))
        {
            return false;
        }

        value = T.CreateTruncating(large);
        return true;
    }
}
