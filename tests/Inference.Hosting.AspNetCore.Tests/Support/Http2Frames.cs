// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>Frames of RFC 9113 as bytes, with the header block of one POST (RFC 7541, literals without indexing).</summary>
internal static class Http2Frames
{
    public const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;

    /// <summary>The preface of a client and empty settings.</summary>
    public static byte[] Preface => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(0x4, 0, 0, [])];

    public static byte[] Post(int stream, string path, bool isEmpty = false)
    {
        // Of the static table: 3 is ":method: POST", 6 ":scheme: http", 4 the name ":path", 1 the name ":authority".
        byte[] block = [0x83, 0x86, 0x04, .. Literal(path), 0x01, .. Literal("h")];
        return Frame(0x1, (byte)(EndHeaders | (isEmpty ? EndStream : 0)), stream, block);
    }

    public static byte[] Data(int stream, string text, bool isLast) => Frame(0x0, isLast ? EndStream : (byte)0, stream, Encoding.UTF8.GetBytes(text));

    /// <summary>RST_STREAM with the code CANCEL.</summary>
    public static byte[] Reset(int stream) => Frame(0x3, 0, stream, [0, 0, 0, 8]);

    private static byte[] Literal(string text) => [checked((byte)text.Length), .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Frame(byte type, byte flags, int stream, byte[] payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame, 9);
        return frame;
    }
}
