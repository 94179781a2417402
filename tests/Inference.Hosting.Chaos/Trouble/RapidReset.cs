// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;
using Inference.Hosting.Chaos.Checks;

namespace Inference.Hosting.Chaos.Trouble;

/// <summary>Opens streams of an HTTP/2 connection and resets each at once, by frames written by hand.</summary>
internal sealed class RapidReset(ChaosRun run, Uri address, int seed)
{
    private const byte Headers = 1;
    private const byte ResetStream = 3;
    private const byte Settings = 4;
    private const byte EndOfHeaders = 4;

    private static readonly byte[] _preface = Encoding.ASCII.GetBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");

    private readonly Random _random = new(seed);

    public long Streams { get; private set; }

    public async Task RunAsync(Func<bool> goesOn)
    {
        await Task.Yield();
        while (goesOn())
        {
            await run.WatchAsync("a connection of resets", async () =>
            {
                await ResetAsync();
                return "";
            });
            await Task.Delay(_random.Next(50, 150));
        }
    }

    private async Task ResetAsync()
    {
        using var socket = await Vandal.ConnectAsync(address);
        var frames = new MemoryStream();
        frames.Write(_preface);
        Frame(frames, Settings, 0, 0, []);
        var count = _random.Next(1, 200);
        for (var i = 0; i < count; i++)
        {
            // The body never comes: half a request, taken back.
            var stream = (2 * i) + 1;
            Frame(frames, Headers, EndOfHeaders, stream, Head("/v2/models/simple/infer"));
            Frame(frames, ResetStream, 0, stream, [0, 0, 0, 8]);
        }

        await Vandal.SendAsync(socket, frames.ToArray());
        Streams += count;

        // What the server says of it, if anything, is read, so that it is not our own reset that ends it.
        var buffer = new byte[4096];
        using var patience = new CancellationTokenSource(_random.Next(30));
        try
        {
            while (await socket.ReceiveAsync(buffer, patience.Token) > 0)
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or System.Net.Sockets.SocketException)
        {
        }
    }

    // HPACK: fields of the static table, and literals that are not indexed, without Huffman codes.
    private static byte[] Head(string path) =>
    [
        0x83, 0x86, 0x04, (byte)path.Length, .. Encoding.ASCII.GetBytes(path), 0x01, 5, .. "chaos"u8,
        0x0f, 0x10, 16, .. "application/json"u8,
    ];

    private static void Frame(MemoryStream to, byte type, byte flags, int stream, ReadOnlySpan<byte> payload)
    {
        Span<byte> head = stackalloc byte[9];
        BinaryPrimitives.WriteInt32BigEndian(head, payload.Length << 8);
        (head[3], head[4]) = (type, flags);
        BinaryPrimitives.WriteInt32BigEndian(head[5..], stream);
        to.Write(head);
        to.Write(payload);
    }
}
