// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>The nearest FP16.</summary>
internal readonly struct HalfElement : IJsonElement
{
    public static string Expected => "a number in the range of FP16 (up to 65504)";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !Half.TryParse(
                NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !Half.IsFinite(value))
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}
