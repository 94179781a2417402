// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Sockets;
using System.Text;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Chaos.Checks;
using Inference.Hosting.Chaos.Doors;

namespace Inference.Hosting.Chaos.Trouble;

/// <summary>Speaks HTTP/1.1 by hand and breaks off: in the head, in the body, before the answer; or says nothing that is HTTP.</summary>
internal sealed class Vandal(ChaosRun run, Uri address, int seed)
{
    private readonly Random _random = new(seed);
    private readonly CallMaker _maker = new(seed, run.Tally.Next);
    private readonly byte[] _buffer = new byte[16 << 10];

    public long Broken { get; private set; }

    public async Task RunAsync(Func<bool> goesOn)
    {
        await Task.Yield();
        while (goesOn())
        {
            await run.WatchAsync("a dropped connection", async () =>
            {
                await BreakAsync();
                return "";
            });
            Broken++;
            await Task.Delay(_random.Next(20));
        }
    }

    private async Task BreakAsync()
    {
        using var socket = await ConnectAsync(address);
        var call = _maker.Next([CallKind.Good], []);
        var body = V2Json.Write(call, isBinary: false);
        var head = Encoding.ASCII.GetBytes(
            $"POST {call.Path} HTTP/1.1\r\nHost: chaos\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n");
        var isWhole = false;
        switch (_random.Next(5))
        {
            case 0:
                await SendAsync(socket, head.AsMemory(0, _random.Next(1, head.Length)));
                break;
            case 1:
                await SendAsync(socket, (byte[])[.. head, .. body[.._random.Next(body.Length)]]);
                break;
            case 2:
                // It says that nothing more comes, in the middle of the body.
                await SendAsync(socket, (byte[])[.. head, .. body[.._random.Next(body.Length)]]);
                socket.Shutdown(SocketShutdown.Send);
                await ReadAllAsync(socket);
                break;
            case 3:
                isWhole = true;
                await SendAsync(socket, (byte[])[.. head, .. body]);
                await Task.Delay(_random.Next(4));
                break;
            default:
                _random.NextBytes(_buffer.AsSpan(0, 200));
                await SendAsync(socket, _buffer.AsMemory(0, 200));
                break;
        }

        // A reset, not a polite end.
        socket.LingerState = new LingerOption(true, 0);
        run.Tally.Count("dropped", isWhole ? call.Model : "none", call, new Reply(Outcome.Gone) { IsCertain = false });
    }

    public static async Task<Socket> ConnectAsync(Uri address)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        await socket.ConnectAsync(new IPEndPoint(IPAddress.Loopback, address.Port));
        return socket;
    }

    public static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[await socket.SendAsync(bytes)..];
            }
        }
        catch (SocketException)
        {
            // The server may have had enough already.
        }
    }

    private async Task ReadAllAsync(Socket socket)
    {
        try
        {
            while (await socket.ReceiveAsync(_buffer) > 0)
            {
            }
        }
        catch (SocketException)
        {
        }
    }
}
