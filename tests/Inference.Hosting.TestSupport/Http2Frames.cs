// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace Inference.Hosting.TestSupport;

/// <summary>Frames of RFC 9113 as bytes, with header blocks of RFC 7541 in literals without indexing.</summary>
public static class Http2Frames
{
    private const byte EndStream = 0x1;
    private const byte EndHeaders = 0x4;
    private const int MostInAFrame = 16_384;

    /// <summary>The preface of a client and empty settings.</summary>
    public static byte[] Preface => [.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, .. Frame(0x4, 0, 0, [])];

    /// <summary>The head of a POST.</summary>
    public static byte[] Post(int stream, string path, bool isEmpty = false, params (string Name, string Value)[] headers)
    {
        // Of the static table: 3 is ":method: POST", 6 ":scheme: http", 4 the name ":path", 1 the name ":authority".
        byte[] block = [0x83, 0x86, 0x04, .. Literal(path), 0x01, .. Literal("h"), .. Block(headers)];
        return Headers(stream, block, isEmpty);
    }

    /// <summary>The head of a gRPC call.</summary>
    public static byte[] Call(int stream, string path, bool isEmpty = false, params (string Name, string Value)[] headers)
        => Post(stream, path, isEmpty, [("content-type", "application/grpc"), ("te", "trailers"), .. headers]);

    /// <summary>Headers behind the data, which end the stream.</summary>
    public static byte[] Trailers(int stream, params (string Name, string Value)[] headers) => Headers(stream, Block(headers), isLast: true);

    public static byte[] Data(int stream, string text, bool isLast) => Data(stream, Encoding.UTF8.GetBytes(text), isLast);

    /// <summary>As many frames as the bytes need.</summary>
    public static byte[] Data(int stream, ReadOnlySpan<byte> bytes, bool isLast)
    {
        var frames = new List<byte>();
        do
        {
            var part = bytes[..Math.Min(bytes.Length, MostInAFrame)];
            bytes = bytes[part.Length..];
            frames.AddRange(Frame(0x0, bytes.IsEmpty && isLast ? EndStream : (byte)0, stream, part));
        }
        while (!bytes.IsEmpty);
        return [.. frames];
    }

    /// <summary>RST_STREAM with the code CANCEL.</summary>
    public static byte[] Reset(int stream) => Frame(0x3, 0, stream, [0, 0, 0, 8]);

    private static byte[] Headers(int stream, byte[] block, bool isLast)
    {
        var frames = new List<byte>();
        for (var position = 0; position == 0 || position < block.Length;)
        {
            var part = block.AsSpan(position, Math.Min(MostInAFrame, block.Length - position));
            var isFirst = position == 0;
            position += part.Length;
            var flags = (byte)((position >= block.Length ? EndHeaders : 0) | (isFirst && isLast ? EndStream : 0));
            frames.AddRange(Frame(isFirst ? (byte)0x1 : (byte)0x9, flags, stream, part));
            if (part.IsEmpty)
            {
                break;
            }
        }

        return [.. frames];
    }

    private static byte[] Block((string Name, string Value)[] headers)
        => [.. headers.SelectMany(header => (byte[])[0x00, .. Literal(header.Name), .. Literal(header.Value)])];

    private static byte[] Literal(string text)
    {
        var bytes = new List<byte>();
        var rest = text.Length;
        if (rest < 127)
        {
            bytes.Add((byte)rest);
        }
        else
        {
            bytes.Add(127);
            for (rest -= 127; rest >= 128; rest >>= 7)
            {
                bytes.Add((byte)(rest | 0x80));
            }

            bytes.Add((byte)rest);
        }

        return [.. bytes, .. Encoding.ASCII.GetBytes(text)];
    }

    private static byte[] Frame(byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        var frame = new byte[9 + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame, payload.Length << 8);
        (frame[3], frame[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(5), stream);
        payload.CopyTo(frame.AsSpan(9));
        return frame;
    }
}
