// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Models;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Models;

/// <summary>Callers of backends that hang or do not heed their token: answered in time, and the version stays held until the backend has ended.</summary>
public sealed class DeadlineTests
{
    private static readonly ChatRequest _hello = new() { Messages = [ChatMessage.FromUser("Hello")] };

    [Fact]
    public async Task InferAsync_BackendThatHangs_IsAnsweredAtTheDeadlineAndHeldUntilItEnds()
    {
        var hanging = new Hanging();
        await using var host = await StartAsync(hanging);
        var call = host.Client("m").InferAsync(Request(host, seconds: 5)).AsTask();
        await hanging.Asked.WaitAsync(ModelTestHost.Patience);

        host.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.False(call.IsCompleted);
        host.Time.Advance(TimeSpan.FromSeconds(0.2));
        var fault = await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));

        Assert.Equal(InferenceErrorCode.DeadlineExceeded, fault.Code);
        Assert.Equal(1, Users(host));
        var unload = host.Catalog.UnloadAsync("m");
        await host.WaitForAsync("m", version => version.State == ModelState.Draining);
        Assert.False(unload.IsCompleted);
        hanging.End();
        await unload.WaitAsync(ModelTestHost.Patience);
        Assert.Equal((1, 1), (hanging.Disposed, hanging.Backend.DisposeCount));
    }

    [Fact]
    public async Task InferAsync_RequestTimeoutOfTheContext_HoldsAsWell()
    {
        var hanging = new Hanging();
        await using var host = await StartAsync(hanging);
        Task<InferenceResponse> call;
        using (InferenceContext.Use(new InferenceContext { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(1) }))
        {
            call = host.Client("m").InferAsync(new InferenceRequest()).AsTask();
        }

        await hanging.Asked.WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, fault.Code);
        hanging.End();
    }

    [Fact]
    public async Task InferAsync_DeadlineThatHasPassed_AsksNobody()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("m").UseBackend(_ => backend));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Client("m").InferAsync(Request(host, seconds: 0)).AsTask());

        Assert.Equal((InferenceErrorCode.DeadlineExceeded, 0, 0), (fault.Code, backend.CallCount, Users(host)));
    }

    [Fact]
    public async Task InferAsync_CallerThatLeaves_NeedNotWaitForTheBackend()
    {
        var hanging = new Hanging();
        await using var host = await StartAsync(hanging);
        using var leave = new CancellationTokenSource();
        var call = host.Client("m").InferAsync(new InferenceRequest(), leave.Token).AsTask();
        await hanging.Asked.WaitAsync(ModelTestHost.Patience);

        await leave.CancelAsync();
        var left = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(ModelTestHost.Patience));

        Assert.Equal(leave.Token, left.CancellationToken);
        hanging.End();
        await host.Catalog.UnloadAsync("m").WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, hanging.Disposed);
    }

    [Fact]
    public async Task InferAsync_LateFailure_IsObservedAndLogged()
    {
        var hanging = new Hanging();
        await using var host = await StartAsync(hanging);
        var call = host.Client("m").InferAsync(Request(host, seconds: 1)).AsTask();
        await hanging.Asked.WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));

        hanging.Fail(new InvalidOperationException("Too late."));
        await host.Catalog.UnloadAsync("m").WaitAsync(ModelTestHost.Patience);

        Assert.Contains("whose caller had gone", Assert.Single(host.Log.Messages("LateFailure")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InferAsync_MemoryThatTheCallerTakesBack_IsNotReadByTheBackend()
    {
        var hanging = new Hanging();
        await using var host = await StartAsync(hanging);
        float[] memory = [1, 2];
        var request = Request(host, seconds: 1);
        request.Inputs.Add("x", InferenceTensor.Create(memory, 2));
        var call = host.Client("m").InferAsync(request).AsTask();
        var seen = await hanging.Asked.WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));
        await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));

        request.Reset();
        memory.AsSpan().Clear();

        Assert.Equal([1, 2], seen.Inputs["x"].ToArray<float>());
        hanging.End();
    }

    [Fact]
    public async Task CompleteAsync_CapabilityThatHangs_IsAnsweredAtTheDeadline()
    {
        var chat = new HangingChat();
        var backend = new FakeBackend().WithCapability<IChatModel>(chat);
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddChatModel("m").UseBackend(_ => backend));
        Task<ChatResult> call;
        using (InferenceContext.Use(new InferenceContext { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(1) }))
        {
            call = host.Services.GetRequiredKeyedService<IChatModel>("m").CompleteAsync(_hello).AsTask();
        }

        await chat.Gate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));
        Assert.Equal((InferenceErrorCode.DeadlineExceeded, 1), (fault.Code, Users(host)));
        chat.Gate.Open();
        await host.Catalog.UnloadAsync("m").WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, chat.Ended);
    }

    [Fact]
    public async Task StreamAsync_ItemThatDoesNotCome_EndsAtTheDeadlineAndIsClearedAwayLater()
    {
        var chat = new HangingChat();
        var backend = new FakeBackend().WithCapability<IChatModel>(chat);
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddChatModel("m").UseBackend(_ => backend));
        var model = host.Services.GetRequiredKeyedService<IChatModel>("m");
        chat.Gate.Open();
        using var scope = InferenceContext.Use(new InferenceContext { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(1) });
        await using var deltas = model.StreamAsync(_hello).GetAsyncEnumerator();

        Assert.True(await deltas.MoveNextAsync());
        chat.Gate.Close();
        var next = deltas.MoveNextAsync().AsTask();
        await chat.Gate.ArrivedAsync(2).WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => next.WaitAsync(ModelTestHost.Patience));
        Assert.Equal((InferenceErrorCode.DeadlineExceeded, 0), (fault.Code, chat.Ended));
        Assert.Equal(1, Users(host));
        chat.Gate.Open();
        await host.Catalog.UnloadAsync("m").WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, chat.Ended);
    }

    [Fact]
    public async Task SendAsync_HeadThatDoesNotCome_EndsAtTheDeadlineAndItsLateAnswerIsDisposed()
    {
        var server = new HangingServer();
        var backend = new FakeBackend().WithCapability<IOpenAIPassThrough>(server);
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("m").UseBackend(_ => backend));
        Task<PassThroughResponse> call;
        using (InferenceContext.Use(new InferenceContext { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(1) }))
        {
            call = host.Catalog.GetCapability<IOpenAIPassThrough>("m")!.SendAsync(
                new PassThroughRequest { Route = "chat/completions", Body = "{}"u8.ToArray(), Model = "m" }).AsTask();
        }

        await server.Gate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));
        Assert.Equal((InferenceErrorCode.DeadlineExceeded, 1), (fault.Code, Users(host)));
        server.Gate.Open();
        await host.Catalog.UnloadAsync("m").WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, server.Disposed);
    }

    [Fact]
    public async Task CopyToAsync_BodyThatStops_IsToldOfTheDeadline()
    {
        var server = new HangingServer();
        server.Gate.Open();
        var backend = new FakeBackend().WithCapability<IOpenAIPassThrough>(server);
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("m").UseBackend(_ => backend));
        using var scope = InferenceContext.Use(new InferenceContext { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(1) });
        var response = await host.Catalog.GetCapability<IOpenAIPassThrough>("m")!.SendAsync(
            new PassThroughRequest { Route = "chat/completions", Body = "{}"u8.ToArray(), Model = "m" });

        var copy = response.CopyToAsync(new Pipe().Writer).AsTask();
        Assert.False(copy.IsCompleted);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => copy.WaitAsync(ModelTestHost.Patience));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, fault.Code);
        await response.DisposeAsync();
        await response.DisposeAsync();
        Assert.Equal((1, 0), (server.Disposed, Users(host)));
    }

    private static Task<ModelTestHost> StartAsync(Hanging hanging)
        => ModelTestHost.ReadyAsync(services => services.AddModel("m").UseBackend(_ => hanging.Backend));

    private static InferenceRequest Request(ModelTestHost host, double seconds)
        => new() { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds) };

    private static int Users(ModelTestHost host) => host.Services.GetRequiredService<ModelCatalog>().GetHost("m").Peek(null)!.Users;

    /// <summary>A backend that takes no notice of its token.</summary>
    private sealed class Hanging
    {
        private readonly TaskCompletionSource<InferenceRequest> _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource<InferenceResponse> _answer = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int _disposed;

        public Hanging() => Backend = new FakeBackend((request, _) =>
        {
            _asked.TrySetResult(request);
            return new(_answer.Task);
        });

        public FakeBackend Backend { get; }

        public Task<InferenceRequest> Asked => _asked.Task;

        public int Disposed => Volatile.Read(ref _disposed);

        public void End() => _answer.TrySetResult(new InferenceResponse([], owner: new Owner(this)));

        public void Fail(Exception exception) => _answer.TrySetException(exception);

        private sealed class Owner(Hanging hanging) : IDisposable
        {
            public void Dispose() => Interlocked.Increment(ref hanging._disposed);
        }
    }

    private sealed class HangingChat : IChatModel
    {
        private int _ended;

        public HangingChat() => Gate.Close();

        public FakeGate Gate { get; } = new();

        public int Ended => Volatile.Read(ref _ended);

        public async IAsyncEnumerable<ChatDelta> StreamAsync(
            ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                while (true)
                {
                    await Gate.PassAsync(CancellationToken.None);
                    yield return new ChatDelta { Text = "a" };
                }
            }
            finally
            {
                Interlocked.Increment(ref _ended);
            }
        }

        public async ValueTask<ChatResult> CompleteAsync(ChatRequest request, CancellationToken cancellationToken = default)
        {
            await Gate.PassAsync(CancellationToken.None);
            Interlocked.Increment(ref _ended);
            return new ChatResult { Choices = [] };
        }
    }

    private sealed class HangingServer : IOpenAIPassThrough
    {
        private int _disposed;

        public HangingServer() => Gate.Close();

        public FakeGate Gate { get; } = new();

        public int Disposed => Volatile.Read(ref _disposed);

        public bool CanPass(string route) => true;

        public async ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
        {
            await Gate.PassAsync(CancellationToken.None);
            return new Answer(this);
        }

        private sealed class Answer(HangingServer server) : PassThroughResponse
        {
            public override int StatusCode => 200;

            public override string ContentType => "application/json";

            public override async ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
                => await new TaskCompletionSource().Task.WaitAsync(cancellationToken);

            public override ValueTask DisposeAsync()
            {
                Interlocked.Increment(ref server._disposed);
                return default;
            }
        }
    }
}
