// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>The nearest FP32.</summary>
internal readonly struct SingleElement : IJsonElement
{
    public static string Expected => "a number in the range of FP32";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !JsonNumber.TryParse(NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), out float value))
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}
