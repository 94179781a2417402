// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>true, false, 1 or 0.</summary>
internal readonly struct BoolElement : IJsonElement
{
    public static string Expected => "true, false, 1 or 0";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        var value = reader.TokenType switch
        {
            JsonTokenType.True => 1,
            JsonTokenType.False => 0,
            JsonTokenType.Number when reader.TryGetInt64(out var number) && number is 0 or 1 => (int)reader.GetInt64(),
            _ => -1,
        };
        if (value < 0)
        {
            return false;
        }

        target.GetSpan(1)[0] = (byte)value;
        target.Advance(1);
        return true;
    }
}
