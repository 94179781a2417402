// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.AspNetCore.Tests.Http;

/// <summary>What clients do to a socket and no HTTP client library lets a test do.</summary>
public sealed class SocketTests
{
    private const string Body = """{"inputs":[{"name":"x","shape":[2],"datatype":"INT32","data":[1,2]}]}""";

    [Fact]
    public async Task Infer_BodyShorterThanItsLength_NeverReachesTheModel()
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await TestApp.StartAsync([model], kestrel: true);

        await SendAsync(app, $"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nContent-Length: {Body.Length + 10}\r\n\r\n{Body}", close: true);

        await StillServesAsync(app);
        Assert.Equal(1, model.Calls);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Infer_ConnectionCutWithinTheBody_IsNoFaultOfTheServer(bool reset)
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);
        var cut = Body[..(Body.IndexOf("INT32", StringComparison.Ordinal) + 2)];

        for (var i = 0; i < 50; i++)
        {
            using var client = await ConnectAsync(app);
            await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                $"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nContent-Length: {Body.Length}\r\n\r\n{cut}"));
            if (i % 2 == 0)
            {
                // Half of them while the body is awaited, half before.
                await StillServesAsync(app);
            }

            client.LingerState = new LingerOption(reset, 0);
            client.Close();
        }

        await StillServesAsync(app);
        var log = app.Log;

        // Connections have ended for good when the server has.
        await app.DisposeAsync();
        Assert.DoesNotContain(log.Entries, entry => entry.Level >= LogLevel.Warning);
    }

    [Theory]
    [InlineData("5\r\n{\"inp\r\n")]
    [InlineData("zz\r\n{}\r\n0\r\n\r\n")]
    [InlineData("5\r\n{\"inputs\r\n0\r\n\r\n")]
    [InlineData("FFFFFFFFFFFFFFFF\r\n{}\r\n0\r\n\r\n")]
    public async Task Infer_BrokenChunks_NeverReachTheModel(string chunks)
    {
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await TestApp.StartAsync([model], kestrel: true);

        var answer = await SendAsync(app, $"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}", close: true);

        Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal);
        await StillServesAsync(app);
        Assert.Equal(1, model.Calls);
    }

    [Fact]
    public async Task Infer_LengthThatLiesLow_ReadsNoMore()
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);

        // What is left over is taken for a second request, and refused as one.
        var answer = await SendAsync(app, $"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nContent-Length: 20\r\n\r\n{Body}", close: false);

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\"", answer, StringComparison.Ordinal);
        await StillServesAsync(app);
    }

    [Fact]
    public async Task Infer_HugeLength_Is413BeforeAByteIsSent()
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);

        var answer = await SendAsync(
            app, "POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nContent-Length: 9000000000\r\nExpect: 100-continue\r\n\r\n", close: false);

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        await StillServesAsync(app);
    }

    [Fact]
    public async Task Infer_BodyByteByByte_IsRead()
    {
        await using var app = await TestApp.StartAsync([TestModels.Identity(TensorDataType.Int32, -1)], kestrel: true);
        using var client = await ConnectAsync(app);
        var stream = client.GetStream();
        var request = Encoding.ASCII.GetBytes($"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Length: {Body.Length}\r\n\r\n{Body}");
        client.NoDelay = true;
        for (var i = 0; i < request.Length; i++)
        {
            await stream.WriteAsync(request.AsMemory(i, 1));
        }

        Assert.StartsWith("HTTP/1.1 200", await ReadAsync(stream), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Infer_ClientGoneDuringTheCall_CancelsItAndWritesNothing()
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var template = TestModels.Identity(TensorDataType.Int32, -1);
        var first = true;
        var model = new FakeModel("id", template.Metadata, async (request, cancellationToken) =>
        {
            if (!first)
            {
                return FakeModel.Copy(request.Inputs);
            }

            first = false;
            started.SetResult();
            var never = new TaskCompletionSource<InferenceResponse>();
            using (cancellationToken.Register(() => never.TrySetCanceled(cancellationToken)))
            {
                try
                {
                    return await never.Task;
                }
                finally
                {
                    cancelled.TrySetResult();
                }
            }
        });
        await using var app = await TestApp.StartAsync([model], kestrel: true);
        var client = await ConnectAsync(app);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nContent-Length: {Body.Length}\r\n\r\n{Body}"));
        await started.Task.WaitAsync(TestApp.Patience);

        client.Client.LingerState = new LingerOption(true, 0);
        client.Dispose();

        await cancelled.Task.WaitAsync(TestApp.Patience);
        await StillServesAsync(app);
        Assert.DoesNotContain(app.Log.Entries, entry => entry.Event.Id is 600 or 601);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Infer_ConnectionResetInTheBody_IsNoFailureOfTheServer(bool onRead)
    {
        // Servers say so by an exception, which may come well before the token of the request.
        var model = TestModels.Identity(TensorDataType.Int32, -1);
        await using var app = await TestApp.StartAsync([model], map: app =>
        {
            app.Use((context, next) =>
            {
                context.Features.Set<IRequestBodyPipeFeature>(new BrokenBody(onRead));
                return next(context);
            });
            app.MapInference();
        });

        await Assert.ThrowsAnyAsync<Exception>(() => app.PostAsync("/v2/models/id/infer", Body));

        Assert.Equal(0, model.Calls);
        Assert.DoesNotContain(app.Log.Entries, entry => entry.Event.Id is 600 or 601);
    }

    [Fact]
    public async Task Infer_BodyThatDoesNotCome_Is408()
    {
        var time = new FakeTimeProvider();
        await using var app = await TestApp.StartAsync(
            [TestModels.Identity(TensorDataType.Int32, -1)],
            kestrel: true,
            builder =>
            {
                builder.Services.AddSingleton<TimeProvider>(new TimerWatcher(time));
                builder.Services.Configure<InferenceHttpOptions>(options => options.ReceiveTimeout = TimeSpan.FromSeconds(10));
            });
        var watcher = (TimerWatcher)app.Services.GetRequiredService<TimeProvider>();
        using var client = await ConnectAsync(app);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"POST /v2/models/id/infer HTTP/1.1\r\nHost: h\r\nContent-Length: {Body.Length}\r\n\r\n{Body[..10]}"));
        await watcher.Created.WaitAsync(TestApp.Patience);

        time.Advance(TimeSpan.FromSeconds(11));

        var answer = await ReadAsync(stream, untilBody: true);
        Assert.StartsWith("HTTP/1.1 408", answer, StringComparison.Ordinal);
        Assert.Contains("10 s", answer, StringComparison.Ordinal);
        await StillServesAsync(app);
    }

    private static async Task StillServesAsync(TestApp app) => await TestApp.JsonAsync(await app.PostAsync("/v2/models/id/infer", Body));

    private static async Task<TcpClient> ConnectAsync(TestApp app)
    {
        var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port);
        return client;
    }

    private static async Task<string> SendAsync(TestApp app, string request, bool close)
    {
        using var client = await ConnectAsync(app);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        if (close)
        {
            client.Client.Shutdown(SocketShutdown.Send);
        }

        return await ReadAsync(stream, untilBody: !close);
    }

    private static async Task<string> ReadAsync(NetworkStream stream, bool untilBody = false)
    {
        using var patience = new CancellationTokenSource(TestApp.Patience);
        var buffer = new byte[4096];
        var text = new StringBuilder();
        try
        {
            while (await stream.ReadAsync(buffer, patience.Token) is > 0 and var count)
            {
                text.Append(Encoding.ASCII.GetString(buffer, 0, count));
                if (untilBody && text.ToString().Contains("\"error\"", StringComparison.Ordinal))
                {
                    break;
                }
            }
        }
        catch (IOException)
        {
            // The server may reset a connection whose request it could not read to the end.
        }

        return text.ToString();
    }

    /// <summary>Half a body, then the end of the connection: when more is read, or when what was read is given back.</summary>
    private sealed class BrokenBody(bool onRead) : PipeReader, IRequestBodyPipeFeature
    {
        private bool _wasRead;

        public PipeReader Reader => this;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (onRead && _wasRead)
            {
                throw new ConnectionResetException("Connection reset by peer.");
            }

            _wasRead = true;
            return new(new ReadResult(new ReadOnlySequence<byte>(Encoding.ASCII.GetBytes(Body[..20])), isCanceled: false, isCompleted: false));
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (!onRead)
            {
                throw new IOException("The client reset the request stream.");
            }
        }

        public override bool TryRead(out ReadResult result) => throw new NotSupportedException();

        public override void CancelPendingRead()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }

    /// <summary>Tells when the endpoint has begun to wait.</summary>
    private sealed class TimerWatcher(FakeTimeProvider inner) : TimeProvider
    {
        private readonly TaskCompletionSource _created = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Created => _created.Task;

        public override DateTimeOffset GetUtcNow() => inner.GetUtcNow();

        public override long GetTimestamp() => inner.GetTimestamp();

        public override long TimestampFrequency => inner.TimestampFrequency;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            var timer = inner.CreateTimer(callback, state, dueTime, period);
            _created.TrySetResult();
            return timer;
        }
    }
}
