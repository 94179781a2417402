// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>The nearest FP64.</summary>
internal readonly struct DoubleElement : IJsonElement
{
    public static string Expected => "a number in the range of FP64";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !JsonNumber.TryParse(NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), out double value))
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}
