// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Unicode;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>Writes JSON in pieces, most of them ready bytes, straight into the memory of the connection.</summary>
/// <param name="output">Where to. It has everything only after <see cref="Commit"/>.</param>
internal ref struct Utf8Text(IBufferWriter<byte> output)
{
    private const int LeastSpan = 256;

    private static readonly SearchValues<char> _escaped = SearchValues.Create(
        "\"\\\0\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f");

    private Span<byte> _span = output.GetSpan(LeastSpan);
    private int _used;

    /// <summary>Hands over what was written; nothing may follow.</summary>
    public void Commit()
    {
        output.Advance(_used);
        _span = [];
        _used = 0;
    }

    public void Write(scoped ReadOnlySpan<byte> bytes)
    {
        if (_span.Length - _used < bytes.Length)
        {
            Grow(bytes.Length);
        }

        bytes.CopyTo(_span[_used..]);
        _used += bytes.Length;
    }

    public void Write(long number)
    {
        int written;
        while (!number.TryFormat(_span[_used..], out written))
        {
            Grow(LeastSpan);
        }

        _used += written;
    }

    /// <summary>Writes the inside of a JSON string: only what must be escaped is, so that other scripts keep their length.</summary>
    public void WriteEscaped(scoped ReadOnlySpan<char> text)
    {
        while (true)
        {
            var plain = text.IndexOfAny(_escaped);
            WritePlain(plain < 0 ? text : text[..plain]);
            if (plain < 0)
            {
                return;
            }

            WriteEscape(text[plain]);
            text = text[(plain + 1)..];
        }
    }

    /// <summary>Writes a JSON string.</summary>
    public void WriteString(scoped ReadOnlySpan<char> text)
    {
        Write("\""u8);
        WriteEscaped(text);
        Write("\""u8);
    }

    private void WritePlain(scoped ReadOnlySpan<char> text)
    {
        while (true)
        {
            var status = Utf8.FromUtf16(text, _span[_used..], out var read, out var written);
            _used += written;
            if (status != OperationStatus.DestinationTooSmall)
            {
                return;
            }

            text = text[read..];
            Grow(LeastSpan);
        }
    }

    private void WriteEscape(char value)
    {
        const string Digits = "0123456789abcdef";
        switch (value)
        {
            case '"':
                Write("\\\""u8);
                break;
            case '\\':
                Write("\\\\"u8);
                break;
            case '\n':
                Write("\\n"u8);
                break;
            case '\r':
                Write("\\r"u8);
                break;
            case '\t':
                Write("\\t"u8);
                break;
            default:
                Write([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', (byte)Digits[value >> 4], (byte)Digits[value & 15]]);
                break;
        }
    }

    private void Grow(int atLeast)
    {
        output.Advance(_used);
        _span = output.GetSpan(Math.Max(atLeast, LeastSpan));
        _used = 0;
    }
}
