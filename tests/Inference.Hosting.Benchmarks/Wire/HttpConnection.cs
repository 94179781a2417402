// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Text;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>
/// One HTTP/1.1 connection that sends requests as ready bytes and reads answers with as little work as can be: client and server share the
/// cores, and what the client takes the server lacks.
/// </summary>
internal sealed class HttpConnection : IDisposable
{
    private static readonly byte[] _lastChunk = "0\r\n\r\n"u8.ToArray();

    private readonly Socket _socket;
    private byte[] _buffer = new byte[16 << 10];

    private HttpConnection(Socket socket) => _socket = socket;

    public static async Task<HttpConnection> OpenAsync(IPEndPoint server)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(server).ConfigureAwait(false);
        return new HttpConnection(socket);
    }

    /// <summary>A request with a body.</summary>
    public static byte[] MakePost(string path, string type, ReadOnlySpan<byte> body, params ReadOnlySpan<string> headers)
    {
        var head = new StringBuilder($"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: {type}\r\nContent-Length: {body.Length}\r\n");
        foreach (var header in headers)
        {
            head.Append(header).Append("\r\n");
        }

        return [.. Encoding.ASCII.GetBytes(head.Append("\r\n").ToString()), .. body];
    }

    /// <summary>Sends a request and reads the whole answer.</summary>
    /// <returns>The body, chunks and all if it came in chunks; valid until the next request.</returns>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadOnlyMemory<byte>> SendAsync(ReadOnlyMemory<byte> request)
    {
        for (var sent = 0; sent < request.Length;)
        {
            sent += await _socket.SendAsync(request[sent..]).ConfigureAwait(false);
        }

        var (received, body, length) = (0, 0, (int?)null);
        while (body == 0 || !IsWhole(_buffer.AsSpan(body, received - body), length))
        {
            if (received == _buffer.Length)
            {
                Array.Resize(ref _buffer, _buffer.Length * 2);
            }

            var count = await _socket.ReceiveAsync(_buffer.AsMemory(received)).ConfigureAwait(false);
            received += count > 0 ? count : throw new IOException("The server closed the connection.");
            if (body == 0)
            {
                (body, length) = ReadHead(_buffer.AsSpan(0, received));
            }
        }

        return _buffer.AsMemory(body, received - body);
    }

    /// <summary>A body without the lengths of its chunks.</summary>
    public static byte[] Join(ReadOnlySpan<byte> chunks)
    {
        var body = new List<byte>();
        while (Utf8Parser.TryParse(chunks, out int length, out var used, 'x') && length > 0)
        {
            body.AddRange(chunks.Slice(used + 2, length));
            chunks = chunks[(used + length + 4)..];
        }

        return [.. body];
    }

    public void Dispose() => _socket.Dispose();

    private static (int Body, int? Length) ReadHead(ReadOnlySpan<byte> text)
    {
        var end = text.IndexOf("\r\n\r\n"u8);
        if (end < 0)
        {
            return (0, null);
        }

        if (!text.StartsWith("HTTP/1.1 200"u8))
        {
            throw new InvalidOperationException($"The server answered: {Encoding.UTF8.GetString(text)}");
        }

        var label = "Content-Length: "u8;
        var at = text[..end].IndexOf(label);
        return (end + 4, at >= 0 && Utf8Parser.TryParse(text[(at + label.Length)..], out int length, out _) ? length : null);
    }

    private static bool IsWhole(ReadOnlySpan<byte> body, int? length) => length is { } known ? body.Length >= known : body.EndsWith(_lastChunk);
}
