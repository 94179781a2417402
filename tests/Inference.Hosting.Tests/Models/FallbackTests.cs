// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Models;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Tests.Models;

public sealed class FallbackTests
{
    private static readonly ChatRequest _hello = new() { Messages = [ChatMessage.FromUser("Hello")] };
    private static readonly InferenceContext _impatient = new() { Overflow = InferenceOverflow.Reject };

    [Fact]
    public async Task InferAsync_ModelThatIsUp_AnswersItself()
    {
        var (first, second) = (new FakeBackend(), new FakeBackend());
        await using var host = await StartAsync(first, second);

        using var response = await host.Client("a").InferAsync(new InferenceRequest());

        Assert.Equal((1, 0, null), (first.CallCount, second.CallCount, response.Timing.Model));
    }

    [Theory]
    [InlineData(InferenceErrorCode.NotReady)]
    [InlineData(InferenceErrorCode.QueueFull)]
    [InlineData(InferenceErrorCode.DeadlineExceeded)]
    public async Task InferAsync_ModelThatRefuses_IsAnsweredByTheNextWhichSaysSo(InferenceErrorCode code)
    {
        var (first, second) = (Failing(code), new FakeBackend());
        await using var host = await StartAsync(first, second);
        using var counted = new FallbackCounter();

        using var response = await host.Client("a").InferAsync(new InferenceRequest());

        Assert.Equal((1, 1, "b"), (first.CallCount, second.CallCount, response.Timing.Model));
        Assert.Equal($"a b {code}", Assert.Single(counted.Seen));
        Assert.Contains("Model b answers for model a, 1 calls", Assert.Single(host.Log.Messages("FellBack")), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(InferenceErrorCode.EngineFailed)]
    [InlineData(InferenceErrorCode.InvalidInput)]
    [InlineData(InferenceErrorCode.Unsupported)]
    public async Task InferAsync_ModelThatFailsOnTheRequest_IsNotAskedElsewhere(InferenceErrorCode code)
    {
        var second = new FakeBackend();
        await using var host = await StartAsync(Failing(code), second);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());

        Assert.Equal((code, 0), (fault.Code, second.CallCount));
    }

    [Fact]
    public async Task InferAsync_ModelThatIsNotLoaded_IsAnsweredByTheNext()
    {
        var first = new FakeBackend();
        await using var host = await StartAsync(first, new FakeBackend());
        await host.Catalog.UnloadAsync("a");

        using var response = await host.Client("a").InferAsync(new InferenceRequest());

        Assert.Equal((0, "b", "1"), (first.CallCount, response.Timing.Model, host.Catalog.Models[0].Versions[0].Version));
    }

    [Fact]
    public async Task InferAsync_PinnedVersion_NeverLeavesItsModel()
    {
        var second = new FakeBackend();
        await using var host = await StartAsync(Failing(InferenceErrorCode.NotReady), second);

        await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest { Version = "1" }).AsTask());
        using (InferenceContext.Use(new InferenceContext { Version = "1", VersionModel = "a" }))
        {
            await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());
        }

        Assert.Equal(0, second.CallCount);
    }

    [Fact]
    public async Task InferAsync_NobodyCan_IsRefusedByTheModelThatWasAsked()
    {
        await using var host = await StartAsync(Failing(InferenceErrorCode.QueueFull), Failing(InferenceErrorCode.InvalidInput));
        using var scope = InferenceContext.Use(_impatient);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());

        Assert.Equal(InferenceErrorCode.QueueFull, fault.Code);
        Assert.Contains("b cannot answer for model a", Assert.Single(host.Log.Messages("FallbackPassedOver")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task InferAsync_NobodyCanAndTheCallerWaits_WaitsForTheModelThatWasAsked()
    {
        var (first, second) = (new FakeBackend(), Failing(InferenceErrorCode.NotReady));
        first.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => Add(services, first, second));
        await host.Catalog.WaitUntilReadyAsync("b").WaitAsync(ModelTestHost.Patience);

        var call = host.Client("a").InferAsync(new InferenceRequest()).AsTask();
        Assert.False(call.IsCompleted);
        first.LoadGate.Open();

        using var response = await call.WaitAsync(ModelTestHost.Patience);
        Assert.Equal((1, null), (first.CallCount, response.Timing.Model));
    }

    [Fact]
    public async Task InferAsync_ModelSlowerThanFallbackAfter_IsAnsweredByTheNextWithTheRestOfTheDeadline()
    {
        DateTimeOffset? given = null;
        var first = new FakeBackend();
        var second = new FakeBackend(request =>
        {
            given = request.Deadline;
            return new InferenceResponse([]);
        });
        first.CallGate.Close();
        await using var host = await StartAsync(first, second, TimeSpan.FromSeconds(2));
        var deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(10);
        var call = host.Client("a").InferAsync(new InferenceRequest { Deadline = deadline }).AsTask();
        await first.CallGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        host.Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(call.IsCompleted);
        host.Time.Advance(TimeSpan.FromSeconds(0.2));

        using var response = await call.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(("b", deadline), (response.Timing.Model, given));
        await host.WaitForAsync("a", _ => first.ActiveCalls == 0);
    }

    [Fact]
    public async Task InferAsync_DeadlineThatHasPassed_LeavesNoTimeForTheNext()
    {
        var second = new FakeBackend();
        await using var host = await StartAsync(new FakeBackend(), second);

        var fault = await Assert.ThrowsAsync<InferenceException>(
            () => host.Client("a").InferAsync(new InferenceRequest { Deadline = host.Time.GetUtcNow() }).AsTask());

        Assert.Equal((InferenceErrorCode.DeadlineExceeded, 0), (fault.Code, second.CallCount));
    }

    [Fact]
    public async Task InferAsync_Chain_GoesThroughTheFallbacksOfTheFallback()
    {
        var last = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel("a").UseBackend(_ => Failing(InferenceErrorCode.NotReady)).WithFallback("b");
            services.AddModel("b").UseBackend(_ => Failing(InferenceErrorCode.QueueFull)).WithFallback("third");
            services.AddModel("c").UseBackend(_ => last).WithAlias("third");
        });

        using var response = await host.Client("a").InferAsync(new InferenceRequest());

        Assert.Equal("c", response.Timing.Model);
        Assert.Equal(["b", "c"], host.Catalog.Models[0].Fallbacks);
    }

    [Fact]
    public async Task InferAsync_FallbackWithOtherTensors_IsPassedOver()
    {
        var second = new FakeBackend { Metadata = Tensors(("x", [-1, 8])) };
        var first = new FakeBackend { Metadata = Tensors(("x", [-1, 4])), Unavailable = "The device is lost." };
        await using var host = await StartAsync(first, second);
        using var scope = InferenceContext.Use(_impatient);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());

        Assert.Equal(("The device is lost.", 0), (fault.Message, second.CallCount));
        Assert.Contains("its input 'x' is FP32[-1,8], not FP32[-1,4]", Assert.Single(host.Log.Messages("FallbackPassedOver")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_FallbackWithOtherTensors_FailsWithTheKey()
    {
        var host = ModelTestHost.Create(services =>
        {
            services.AddModel("a").UseBackend(_ => new FakeBackend { Metadata = Tensors(("x", [-1, 4])) }).WithFallback("b").Required();
            services.AddModel("b").UseBackend(_ => new FakeBackend { Metadata = Tensors(("y", [-1, 4])) }).Required();
        });
        await using var disposal = host;

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.Host.StartAsync());

        Assert.Contains("Inference:Models:a:Fallback: model 'b' cannot stand in for model 'a': it has no input 'x'. Name", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a", "Inference:Models:a:Fallback:0 is a: a model cannot stand in for itself. Name another one")]
    [InlineData("nobody", "Inference:Models:a:Fallback:0 is nobody: there is no such model. Name a registered one, or remove the key. Registered: a, b.")]
    [InlineData("b", "Inference:Models:a:Fallback:0 is b: that is a circle, a → b → a. Remove one of these keys.")]
    public async Task Start_FallbackThatCannotBe_FailsWithTheKeyAndTheMend(string name, string expected)
    {
        var host = ModelTestHost.Create(
            services =>
            {
                services.AddModel("a").UseBackend(_ => new FakeBackend());
                services.AddModel("b").UseBackend(_ => new FakeBackend());
            },
            ("a:Fallback:0", name),
            ("b:Fallback:0", "a"));
        await using var disposal = host;

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.Host.StartAsync());

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AcquireAsync_ModelThatIsDown_LeasesTheNext()
    {
        await using var host = await StartAsync(new FakeBackend { Unavailable = "The remote is down." }, new FakeBackend());

        using var lease = await host.Client("a").AcquireAsync();
        using var response = await lease.InferAsync(new InferenceRequest());

        Assert.Equal(("b", 1), (lease.Model, host.Log.Messages("FellBack").Count()));
    }

    [Fact]
    public async Task InferStreamAsync_RefusedBeforeTheFirstAnswer_IsAnsweredByTheNext()
    {
        await using var host = await StartAsync(Failing(InferenceErrorCode.NotReady), new FakeBackend());

        var models = new List<string?>();
        await foreach (var response in host.Client("a").InferStreamAsync(new InferenceRequest()))
        {
            models.Add(response.Timing.Model);
            response.Dispose();
        }

        Assert.Equal(["b"], models);
    }

    [Fact]
    public async Task CompleteAsync_ModelThatIsDown_IsAnsweredByTheNextWhichSaysSo()
    {
        await using var host = await StartChatAsync(new ScriptedChat { Failure = InferenceErrorCode.NotReady }, new ScriptedChat("Hi"));

        var result = await host.Services.GetRequiredKeyedService<IChatModel>("a").CompleteAsync(_hello);

        Assert.Equal(("Hi", "b"), (result.Text, result.Details?.Model));
    }

    [Fact]
    public async Task StreamAsync_RefusedBeforeTheFirstDelta_IsAnsweredByTheNext()
    {
        await using var host = await StartChatAsync(new ScriptedChat { Failure = InferenceErrorCode.QueueFull }, new ScriptedChat("a", "b"));

        var (text, first) = ("", (string?)null);
        await foreach (var delta in host.Services.GetRequiredKeyedService<IChatModel>("a").StreamAsync(_hello))
        {
            first ??= delta.Details?.Model;
            text += delta.Text;
        }

        Assert.Equal(("ab", "b"), (text, first));
    }

    [Fact]
    public async Task StreamAsync_FailureAfterTheFirstDelta_IsTheCallers()
    {
        await using var host = await StartChatAsync(
            new ScriptedChat("a") { Failure = InferenceErrorCode.NotReady, FailsLate = true }, new ScriptedChat("b"));

        var text = "";
        var fault = await Assert.ThrowsAsync<InferenceException>(async () =>
        {
            await foreach (var delta in host.Services.GetRequiredKeyedService<IChatModel>("a").StreamAsync(_hello))
            {
                text += delta.Text;
            }
        });

        Assert.Equal((InferenceErrorCode.NotReady, "a"), (fault.Code, text));
    }

    [Fact]
    public async Task StreamAsync_FirstDeltaLaterThanFallbackAfter_IsAnsweredByTheNextAndTheFirstStreamEnds()
    {
        var slow = new ScriptedChat("late");
        slow.Gate.Close();
        await using var host = await StartChatAsync(slow, new ScriptedChat("now"), TimeSpan.FromSeconds(1));

        var reading = ReadAsync(host.Services.GetRequiredKeyedService<IChatModel>("a"));
        await slow.Gate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromSeconds(1));

        Assert.Equal("now", await reading.WaitAsync(ModelTestHost.Patience));
        await host.Catalog.UnloadAsync("a").WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, slow.Ended);
    }

    [Fact]
    public async Task Tokenize_ModelThatIsDown_StaysWithItsModel()
    {
        var codec = new Codec();
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel("a").UseBackend(_ => new FakeBackend().WithCapability<ITokenCodec>(codec)).WithFallback("b");
            services.AddModel("b").UseBackend(_ => new FakeBackend().WithCapability<ITokenCodec>(codec));
        });
        await host.Catalog.UnloadAsync("a");

        await Assert.ThrowsAsync<InferenceException>(
            () => host.Catalog.GetCapability<ITokenCodec>("a")!.DetokenizeAsync(new DetokenizeRequest { Tokens = new[] { 1 } }).AsTask());
    }

    [Fact]
    public async Task SendAsync_ServerThatIsFull_IsAnsweredByTheNextWhichSaysSo()
    {
        await using var host = await StartPassingAsync(new Server(429), new Server(200));

        await using var response = await SendAsync(host);

        Assert.Equal((200, "b"), (response.StatusCode, response.Model));
    }

    [Fact]
    public async Task SendAsync_NextModelWithoutPassThrough_IsNamedByTheException()
    {
        await using var host = await StartPassingAsync(new Server(503), null);

        var fault = await Assert.ThrowsAsync<InferenceException>(async () => await SendAsync(host));

        Assert.Equal(("b", 1), (fault.Fallback, host.Log.Messages("FellBack").Count()));
    }

    [Fact]
    public async Task FellBack_ManyCalls_AreLoggedOnceAMinute()
    {
        await using var host = await StartAsync(Failing(InferenceErrorCode.NotReady), new FakeBackend());

        for (var i = 0; i < 5; i++)
        {
            (await host.Client("a").InferAsync(new InferenceRequest())).Dispose();
        }

        host.Time.Advance(TimeSpan.FromMinutes(1));
        (await host.Client("a").InferAsync(new InferenceRequest())).Dispose();

        Assert.Collection(
            host.Log.Messages("FellBack"),
            message => Assert.Contains(", 1 calls", message, StringComparison.Ordinal),
            message => Assert.Contains(", 5 calls", message, StringComparison.Ordinal));
    }

    private static Task<ModelTestHost> StartAsync(FakeBackend first, FakeBackend second, TimeSpan? after = null)
        => ModelTestHost.ReadyAsync(services => Add(services, first, second, after));

    private static void Add(IServiceCollection services, FakeBackend first, FakeBackend second, TimeSpan? after = null)
    {
        services.AddModel("a").UseBackend(_ => first).WithFallback("b", after);
        services.AddModel("b").UseBackend(_ => second);
    }

    private static Task<ModelTestHost> StartChatAsync(IChatModel first, IChatModel second, TimeSpan? after = null)
        => ModelTestHost.ReadyAsync(services =>
        {
            services.AddChatModel("a").UseBackend(_ => new FakeBackend().WithCapability(first)).WithFallback("b", after);
            services.AddChatModel("b").UseBackend(_ => new FakeBackend().WithCapability(second));
        });

    private static Task<ModelTestHost> StartPassingAsync(Server first, Server? second)
        => ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel("a").UseBackend(_ => new FakeBackend().WithCapability<IOpenAIPassThrough>(first)).WithFallback("b");
            services.AddModel("b").UseBackend(
                _ => second is null ? new FakeBackend() : new FakeBackend().WithCapability<IOpenAIPassThrough>(second));
        });

    private static ValueTask<PassThroughResponse> SendAsync(ModelTestHost host)
        => host.Catalog.GetCapability<IOpenAIPassThrough>("a")!.SendAsync(
            new PassThroughRequest { Route = "chat/completions", Body = "{}"u8.ToArray(), Model = "a" });

    private static async Task<string> ReadAsync(IChatModel model)
    {
        var text = "";
        await foreach (var delta in model.StreamAsync(_hello))
        {
            text += delta.Text;
        }

        return text;
    }

    private static FakeBackend Failing(InferenceErrorCode code)
        => new(_ => throw new InferenceException(code, $"It is told to fail with {code}."));

    private static ModelMetadata Tensors(params (string Name, long[] Shape)[] inputs) => new(
        "m",
        "1",
        [.. inputs.Select(input => new TensorSpec(input.Name, TensorDataType.FP32, TensorShape.Create(input.Shape)))],
        [new TensorSpec("out", TensorDataType.FP32, [-1])]);

    private sealed class FallbackCounter : IDisposable
    {
        private readonly MeterListener _listener = new();

        public FallbackCounter()
        {
            _listener.InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name == TelemetryNames.Fallbacks)
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            };
            _listener.SetMeasurementEventCallback<long>((_, _, tags, _) =>
            {
                var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
                lock (Seen)
                {
                    Seen.Add($"{values[TelemetryNames.Model]} {values[TelemetryNames.Fallback]} {values[TelemetryNames.Reason]}");
                }
            });
            _listener.Start();
        }

        public List<string> Seen { get; } = [];

        public void Dispose() => _listener.Dispose();
    }

    private sealed class ScriptedChat(params string[] texts) : IChatModel
    {
        private int _ended;

        public FakeGate Gate { get; } = new();

        public InferenceErrorCode? Failure { get; init; }

        public bool FailsLate { get; init; }

        public int Ended => Volatile.Read(ref _ended);

        public async IAsyncEnumerable<ChatDelta> StreamAsync(
            ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            try
            {
                await Gate.PassAsync(cancellationToken);
                Fail(late: false);
                foreach (var text in texts)
                {
                    yield return new ChatDelta { Text = text };
                }

                Fail(late: true);
                yield return new ChatDelta { FinishReason = FinishReason.Stop };
            }
            finally
            {
                Interlocked.Increment(ref _ended);
            }
        }

        private void Fail(bool late)
        {
            if (Failure is { } code && late == FailsLate)
            {
                throw new InferenceException(code, "It is told to fail.");
            }
        }
    }

    private sealed class Codec : ITokenCodec
    {
        public ValueTask<TokenizeResult> TokenizeAsync(TokenizeRequest request, CancellationToken cancellationToken = default)
            => throw new NotSupportedException();

        public ValueTask<string> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken = default) => new("text");
    }

    private sealed class Server(int status) : IOpenAIPassThrough
    {
        public bool CanPass(string route) => true;

        public ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
            => new(new Answer(status));

        private sealed class Answer(int status) : PassThroughResponse
        {
            public override int StatusCode => status;

            public override string ContentType => "application/json";

            public override ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default) => default;

            public override ValueTask DisposeAsync() => default;
        }
    }
}
