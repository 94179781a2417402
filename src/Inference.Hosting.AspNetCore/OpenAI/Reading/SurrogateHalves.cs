// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>Escaped halves of surrogate pairs, which clients send when they cut texts.</summary>
internal static class SurrogateHalves
{
    private const int EscapeLength = 6;

    /// <summary>The body with each such half as U+FFFD.</summary>
    /// <returns>The body itself where there is none, else a copy of the same length.</returns>
    /// <remarks>Done once and before parsing: a string or a name with such a half could not be read, compared or written.</remarks>
    public static ReadOnlyMemory<byte> Mend(ReadOnlyMemory<byte> body)
    {
        byte[]? mended = null;
        var text = body.Span;
        for (var i = 0; ; )
        {
            var next = text[i..].IndexOf((byte)'\\');
            if (next < 0 || (i += next) + 1 >= text.Length)
            {
                return mended ?? body;
            }

            var unit = ReadEscape(text[i..]);
            if (unit is null || !char.IsSurrogate(unit.Value))
            {
                i += 2;
            }
            else if (char.IsHighSurrogate(unit.Value) && ReadEscape(text[(i + EscapeLength)..]) is { } low && char.IsLowSurrogate(low))
            {
                i += 2 * EscapeLength;
            }
            else
            {
                mended ??= body.ToArray();
                @"\ufffd"u8.CopyTo(mended.AsSpan(i));
                i += EscapeLength;
            }
        }
    }

    private static char? ReadEscape(ReadOnlySpan<byte> text)
        => text.Length >= EscapeLength && text[0] == '\\' && text[1] == 'u'
            && Utf8Parser.TryParse(text.Slice(2, 4), out ushort unit, out var used, 'x') && used == 4
                ? (char)unit
                : null;
}
