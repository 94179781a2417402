// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Json;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>Where in the text a fault is, although the JSON reader, which says so, has not seen all of the text.</summary>
internal sealed class JsonPosition
{
    private (long Line, long Byte) _real;
    private (long Line, long Byte) _seen;

    /// <summary>Starts a text.</summary>
    public void Begin() => (_real, _seen) = ((0, 0), (0, 0));

    /// <summary>Text that the reader has read.</summary>
    public void Read(in ReadOnlySequence<byte> text)
    {
        foreach (var segment in text)
        {
            (_real, _seen) = (Move(_real, segment.Span), Move(_seen, segment.Span));
        }
    }

    /// <summary>Text that was read without the reader.</summary>
    public void Skip(ReadOnlySpan<byte> text) => _real = Move(_real, text);

    /// <summary>Line and byte in it, both from 0, of a fault the reader has found behind what was told here.</summary>
    public (long Line, long Byte)? Find(JsonException fault)
        => (fault.LineNumber, fault.BytePositionInLine) is not ({ } line, { } position)
            ? null
            : line == _seen.Line
                ? (_real.Line, _real.Byte + position - _seen.Byte)
                : (_real.Line + line - _seen.Line, position);

    private static (long Line, long Byte) Move((long Line, long Byte) from, ReadOnlySpan<byte> text)
    {
        var last = text.LastIndexOf((byte)'\n');
        return last < 0
            ? (from.Line, from.Byte + text.Length)
            : (from.Line + text.Count((byte)'\n'), text.Length - last - 1);
    }
}
