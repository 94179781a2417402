// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Strings of requests. An escaped half of a surrogate pair, which clients send when they cut texts, becomes U+FFFD.</summary>
internal static class JsonText
{
    public static string GetString(JsonElement element)
    {
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            return Unescape(element.GetRawText().AsSpan()[1..^1]);
        }
    }

    /// <summary>The name of a property, which may be cut like any other text.</summary>
    public static string GetName(JsonProperty property)
    {
        try
        {
            return property.Name;
        }
        catch (InvalidOperationException)
        {
            return "\uFFFD";
        }
    }

    // The reader has checked the escapes already.
    private static string Unescape(ReadOnlySpan<char> raw)
    {
        var text = new StringBuilder(raw.Length);
        for (var i = 0; i < raw.Length; i++)
        {
            if (raw[i] != '\\')
            {
                text.Append(raw[i]);
                continue;
            }

            switch (raw[++i])
            {
                case 'u':
                    var unit = ReadUnit(raw[(i + 1)..]);
                    i += 4;
                    if (char.IsHighSurrogate(unit) && raw[(i + 1)..].StartsWith("\\u") && char.IsLowSurrogate(ReadUnit(raw[(i + 3)..])))
                    {
                        text.Append(unit).Append(ReadUnit(raw[(i + 3)..]));
                        i += 6;
                        break;
                    }

                    text.Append(char.IsSurrogate(unit) ? '\uFFFD' : unit);
                    break;
                case var escaped:
                    text.Append(escaped switch { 'b' => '\b', 'f' => '\f', 'n' => '\n', 'r' => '\r', 't' => '\t', _ => escaped });
                    break;
            }
        }

        return text.ToString();
    }

    private static char ReadUnit(ReadOnlySpan<char> digits)
        => (char)ushort.Parse(digits[..4], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture);
}
