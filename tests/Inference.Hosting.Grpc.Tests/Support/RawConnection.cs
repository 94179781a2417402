// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net.Sockets;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.Grpc.Tests.Support;

/// <summary>A connection that speaks HTTP/2 in frames of the test's own making.</summary>
internal sealed class RawConnection : IDisposable
{
    private readonly TcpClient _client;

    private RawConnection(TcpClient client) => _client = client;

    public static async Task<RawConnection> OpenAsync(Uri address)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        var connection = new RawConnection(client);
        await connection.SendAsync(Http2Frames.Preface);
        return connection;
    }

    /// <summary>Sends; false when the server has closed the connection.</summary>
    public async Task<bool> SendAsync(byte[] frames)
    {
        try
        {
            await _client.GetStream().WriteAsync(frames);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The data of one stream up to its end; null when the server ended the stream or the connection without any.</summary>
    public async Task<byte[]?> ReadAsync(int stream)
    {
        var data = new List<byte>();
        using var patience = new CancellationTokenSource(GrpcApp.Patience);
        var head = new byte[9];
        try
        {
            while (true)
            {
                await _client.GetStream().ReadExactlyAsync(head, patience.Token);
                var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head) >>> 8];
                await _client.GetStream().ReadExactlyAsync(payload, patience.Token);
                if (BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(5)) != stream)
                {
                    continue;
                }

                var (type, isEnd) = (head[3], (head[4] & 1) != 0);
                if (type == 0)
                {
                    data.AddRange(payload);
                }

                if (type == 3 || (type is 0 or 1 && isEnd))
                {
                    return type == 3 || data.Count == 0 ? null : [.. data];
                }
            }
        }
        catch (IOException)
        {
            return null;
        }
    }

    public void Dispose() => _client.Dispose();
}
