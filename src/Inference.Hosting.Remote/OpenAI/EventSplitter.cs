// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Finds where server-sent events end, over a buffer that grows: nothing is looked at twice. Lines may end in LF, CRLF or CR.</summary>
internal struct EventSplitter
{
    /// <summary>Up to where lines are known to be no end of an event.</summary>
    private int _scanned;
    private int _lineStart;

    /// <summary>The length of the first event with its empty line; 0 while it is not complete.</summary>
    /// <param name="bytes">From the first byte of the event; the same as last time, and more.</param>
    public int Find(ReadOnlySpan<byte> bytes)
    {
        while (true)
        {
            var found = bytes[_scanned..].IndexOfAny((byte)'\n', (byte)'\r');
            if (found < 0)
            {
                _scanned = bytes.Length;
                return 0;
            }

            var end = _scanned + found;
            var next = end + 1;
            if (bytes[end] == '\r')
            {
                if (next == bytes.Length)
                {
                    // Whether a line feed belongs to it shows with the next bytes.
                    _scanned = end;
                    return 0;
                }

                next += bytes[next] == '\n' ? 1 : 0;
            }

            if (end == _lineStart)
            {
                (_scanned, _lineStart) = (0, 0);
                return next;
            }

            (_scanned, _lineStart) = (next, next);
        }
    }

    /// <summary>What follows <c>data:</c> in an event that holds one such line; empty for comments and other events.</summary>
    /// <param name="text">An event.</param>
    /// <param name="start">Where it begins in the event.</param>
    public static ReadOnlySpan<byte> DataOf(ReadOnlySpan<byte> text, out int start)
    {
        start = 0;
        var line = 0;
        while (line < text.Length)
        {
            var rest = text[line..];
            if (rest.StartsWith("data:"u8))
            {
                start = line + 5;
                start += start < text.Length && text[start] == ' ' ? 1 : 0;
                var length = text[start..].IndexOfAny((byte)'\n', (byte)'\r');
                return length < 0 ? text[start..] : text.Slice(start, length);
            }

            var end = rest.IndexOfAny((byte)'\n', (byte)'\r');
            if (end < 0)
            {
                break;
            }

            line += end + 1;
        }

        return default;
    }
}
