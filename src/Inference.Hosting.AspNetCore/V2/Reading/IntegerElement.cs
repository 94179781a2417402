// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Numerics;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Integers in the range of their type, exact beyond 2^53 too.</summary>
internal readonly struct IntegerElement<T> : IJsonElement
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static string Expected => string.Create(CultureInfo.InvariantCulture, $"an integer from {T.MinValue} to {T.MaxValue}");

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        var text = NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]);
        T value;
        if (JsonNumber.TryParse(text, out long small))
        {
            if (small < long.CreateSaturating(T.MinValue) || small > long.CreateSaturating(T.MaxValue))
            {
                return false;
            }

            value = T.CreateTruncating(small);
        }
        else if (JsonNumber.TryParse(text, out Int128 large)
            && large >= Int128.CreateChecked(T.MinValue) && large <= Int128.CreateChecked(T.MaxValue))
        {
            value = T.CreateTruncating(large);
        }
        else
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}
