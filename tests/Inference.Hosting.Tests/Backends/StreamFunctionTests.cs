// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Backends;

public sealed class StreamFunctionTests
{
    private static readonly TensorSpec[] _count = [new("count", TensorDataType.Int32, [1])];
    private static readonly TensorSpec[] _number = [new("number", TensorDataType.Int32, [1]), new("double", TensorDataType.Int32, [1])];

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(5)]
    public async Task InferStreamAsync_AnyNumberOfAnswers_ComesInOrder(int count)
    {
        await using var host = await StartAsync(CountAsync);

        var numbers = new List<int>();
        await foreach (var response in host.Client("counter").InferStreamAsync(Request(count)))
        {
            using (response)
            {
                numbers.Add(response["number"].ToArray<int>()[0]);
                Assert.Equal("1", response.Timing.Version);
                Assert.Equal(1, response.Timing.BatchSize);
            }
        }

        Assert.Equal(Enumerable.Range(0, count), numbers);
        var statistics = host.Catalog.GetStatistics("counter")!;
        Assert.Equal((1, 1, 1), (statistics.Success.Count, statistics.InferenceCount, statistics.ExecutionCount));
        Assert.Equal(0, host.Catalog.Models[0].Versions[0].Load!.Value.InFlight);
    }

    [Fact]
    public async Task InferAsync_ExactlyOneAnswer_IsIt()
    {
        await using var host = await StartAsync(CountAsync);

        using var response = await host.Client("counter").InferAsync(Request(1));

        Assert.Equal([0], response["number"].ToArray<int>());
    }

    [Theory]
    [InlineData(0, "no answer")]
    [InlineData(2, "several times")]
    [InlineData(int.MaxValue, "several times")]
    public async Task InferAsync_NotOneAnswer_IsUnsupportedAndSaysWhatToUse(int count, string why)
    {
        await using var host = await StartAsync(CountAsync);

        var exception = await Assert.ThrowsAsync<InferenceException>(async () => await host.Client("counter").InferAsync(Request(count)));

        Assert.Equal(InferenceErrorCode.Unsupported, exception.Code);
        Assert.Contains(why, exception.Message, StringComparison.Ordinal);
        Assert.Contains("ModelStreamInfer", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, host.Catalog.GetStatistics("counter")!.Fail.Count);
        Assert.Equal(0, host.Catalog.Models[0].Versions[0].Load!.Value.InFlight);
    }

    [Fact]
    public async Task InferStreamAsync_OrdinaryModel_AnswersOnce()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("once").UseFunction(
            _count, [new("copy", TensorDataType.Int32, [1])], (batch, _) => batch.SetOutput("copy", batch.Input("count")), batches: false));

        var answers = new List<int>();
        await foreach (var response in host.Client("once").InferStreamAsync(Request(7)))
        {
            using (response)
            {
                answers.Add(response["copy"].ToArray<int>()[0]);
            }
        }

        Assert.Equal([7], answers);
        Assert.False(host.Catalog.Models[0].Versions[0].Metadata!.IsDecoupled);
    }

    [Fact]
    public async Task InferStreamAsync_WantedOutputs_AreThoseAndNoOthers()
    {
        await using var host = await StartAsync(CountAsync);
        var request = Request(1);
        request.Outputs = ["double"];

        await foreach (var response in host.Client("counter").InferStreamAsync(request))
        {
            using (response)
            {
                Assert.Equal(["double"], response.Outputs.Select(output => output.Key));
            }
        }
    }

    [Fact]
    public async Task InferStreamAsync_BadInput_IsRefusedBeforeTheFunctionIsCalled()
    {
        var calls = 0;
        await using var host = await StartAsync((request, token) =>
        {
            calls++;
            return CountAsync(request, token);
        });
        var request = new InferenceRequest();
        request.Inputs.Add("count", InferenceTensor.Create([1f], 1));

        var exception = await ReadFailureAsync(host.Client("counter"), request);

        Assert.Equal(InferenceErrorCode.InvalidInput, exception.Code);
        Assert.Contains("'count'", exception.Message, StringComparison.Ordinal);
        Assert.Equal(0, calls);
    }

    [Fact]
    public async Task InferStreamAsync_FailureAfterSomeAnswers_ComesBehindThem()
    {
        await using var host = await StartAsync(FailAfterTwoAsync);
        var seen = 0;

        var exception = await Assert.ThrowsAsync<InferenceException>(async () =>
        {
            await foreach (var response in host.Client("counter").InferStreamAsync(Request(1)))
            {
                seen++;
                response.Dispose();
            }
        });

        Assert.Equal(2, seen);
        Assert.Equal(InferenceErrorCode.EngineFailed, exception.Code);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
        Assert.Single(host.Log.Messages("StreamFunctionFailed"));
        Assert.Equal(1, host.Catalog.GetStatistics("counter")!.Fail.Count);

        static async IAsyncEnumerable<InferenceResponse> FailAfterTwoAsync(
            InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            yield return Answer(0);
            yield return Answer(1);
            throw new InvalidOperationException("secret");
        }
    }

    [Fact]
    public async Task InferStreamAsync_AnInferenceExceptionOfTheFunction_ReachesTheCallerAsItIs()
    {
        await using var host = await StartAsync((_, _) => throw new InferenceException(InferenceErrorCode.InvalidInput, "Count to three, no more."));

        var exception = await ReadFailureAsync(host.Client("counter"), Request(4));

        Assert.Equal((InferenceErrorCode.InvalidInput, "Count to three, no more."), (exception.Code, exception.Message));
    }

    [Theory]
    [InlineData("wrong type", "FP32")]
    [InlineData("wrong shape", "[2]")]
    [InlineData("missing", "no output 'double'")]
    public async Task InferStreamAsync_AnswerThatIsNotAsTheMetadataSays_FailsAndIsDisposed(string fault, string named)
    {
        var owner = new Owner();
        await using var host = await StartAsync(OneAsync);

        var exception = await ReadFailureAsync(host.Client("counter"), Request(1));

        Assert.Equal(InferenceErrorCode.EngineFailed, exception.Code);
        Assert.Contains(named, exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, owner.Disposals);

        async IAsyncEnumerable<InferenceResponse> OneAsync(
            InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            await Task.Yield();
            var outputs = new TensorCollection { { "number", InferenceTensor.Create([1], 1) } };
            if (fault != "missing")
            {
                outputs.Add("double", fault == "wrong type" ? InferenceTensor.Create([1f], 1) : InferenceTensor.Create([1, 2], 2));
            }

            yield return new InferenceResponse(outputs, owner: owner);
        }
    }

    [Fact]
    public async Task InferStreamAsync_ReaderLeaves_FunctionEndsAndNothingMoreIsMade()
    {
        var made = 0;
        var ended = new TaskCompletionSource();
        await using var host = await StartAsync(EndlessAsync);

        await foreach (var response in host.Client("counter").InferStreamAsync(Request(1)))
        {
            response.Dispose();
            if (made == 3)
            {
                break;
            }
        }

        await ended.Task.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(3, made);
        Assert.Equal(1, host.Catalog.GetStatistics("counter")!.Cancel.Count);

        async IAsyncEnumerable<InferenceResponse> EndlessAsync(
            InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            try
            {
                while (true)
                {
                    await Task.Yield();
                    made++;
                    yield return Answer(made);
                }
            }
            finally
            {
                ended.SetResult();
            }
        }
    }

    [Fact]
    public async Task InferStreamAsync_CallerCancelsWhileTheFunctionWaits_LeavesAtOnce()
    {
        var cancelled = new TaskCompletionSource();
        await using var host = await StartAsync((request, token) => WaitAsync(cancelled, token));
        using var source = new CancellationTokenSource();
        await using var answers = host.Client("counter").InferStreamAsync(Request(1), source.Token).GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        answers.Current.Dispose();

        var next = answers.MoveNextAsync().AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(ModelTestHost.Patience));
        await cancelled.Task.WaitAsync(ModelTestHost.Patience);
    }

    [Fact]
    public async Task InferStreamAsync_DeadlinePasses_IsDeadlineExceeded()
    {
        var cancelled = new TaskCompletionSource();
        await using var host = await StartAsync((request, token) => WaitAsync(cancelled, token));
        var request = Request(1);
        request.Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(5);
        await using var answers = host.Client("counter").InferStreamAsync(request).GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        answers.Current.Dispose();

        var next = answers.MoveNextAsync().AsTask();
        host.Time.Advance(TimeSpan.FromSeconds(5));

        var exception = await Assert.ThrowsAsync<InferenceException>(() => next.WaitAsync(ModelTestHost.Patience));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, exception.Code);
    }

    [Fact]
    public async Task InferStreamAsync_FunctionThatDoesNotHeedItsToken_FreesItsCallerButKeepsItsPlace()
    {
        var stubborn = new TaskCompletionSource();
        await using var host = await StartAsync((_, _) => IgnoreAsync(stubborn));
        using var source = new CancellationTokenSource();
        var answers = host.Client("counter").InferStreamAsync(Request(1), source.Token).GetAsyncEnumerator();
        var next = answers.MoveNextAsync().AsTask();
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next.WaitAsync(ModelTestHost.Patience));
        await answers.DisposeAsync().AsTask().WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, host.Catalog.Models[0].Versions[0].Load!.Value.InFlight);

        stubborn.SetResult();
        while (host.Catalog.Models[0].Versions[0].Load!.Value.InFlight > 0)
        {
            await Task.Yield();
        }
    }

    [Fact]
    public async Task InferStreamAsync_AtTheLimit_RefusesOrWaitsAsTold()
    {
        var cancelled = new TaskCompletionSource();
        await using var host = await StartAsync(
            (request, token) => request.Id == "slow" ? WaitAsync(cancelled, token) : CountAsync(request, token),
            ("counter:Queue:MaxQueuedRows", "1"));
        var client = host.Client("counter");
        var slow = Request(1);
        slow.Id = "slow";
        var first = client.InferStreamAsync(slow).GetAsyncEnumerator();
        Assert.True(await first.MoveNextAsync());
        first.Current.Dispose();

        var hasty = Request(1);
        hasty.Overflow = InferenceOverflow.Reject;
        var refusal = await ReadFailureAsync(client, hasty);
        var patient = client.InferAsync(Request(1)).AsTask();

        Assert.Equal(InferenceErrorCode.QueueFull, refusal.Code);
        Assert.NotNull(refusal.RetryAfter);
        Assert.False(patient.IsCompleted);
        await first.DisposeAsync();
        (await patient.WaitAsync(ModelTestHost.Patience)).Dispose();
    }

    [Fact]
    public async Task UnloadAsync_WhileAnswersAreRead_WaitsForTheLast()
    {
        await using var host = await StartAsync(CountAsync);
        await using var answers = host.Client("counter").InferStreamAsync(Request(2)).GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        answers.Current.Dispose();

        var unload = host.Catalog.UnloadAsync("counter");
        Assert.True(await answers.MoveNextAsync());
        answers.Current.Dispose();
        Assert.False(unload.IsCompleted);
        Assert.False(await answers.MoveNextAsync());

        await unload.WaitAsync(ModelTestHost.Patience);
    }

    [Fact]
    public async Task InferStreamAsync_OnALease_HoldsItsVersion()
    {
        await using var host = await StartAsync(CountAsync);
        var lease = await host.Client("counter").AcquireAsync();
        await using var answers = lease.InferStreamAsync(Request(2)).GetAsyncEnumerator();
        Assert.True(await answers.MoveNextAsync());
        answers.Current.Dispose();
        lease.Dispose();

        Assert.True(await answers.MoveNextAsync());
        answers.Current.Dispose();
        Assert.False(await answers.MoveNextAsync());
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await lease.InferAsync(Request(1)));
    }

    private static Task<ModelTestHost> StartAsync(
        Func<InferenceRequest, CancellationToken, IAsyncEnumerable<InferenceResponse>> function, params (string Key, string Value)[] settings)
        => ModelTestHost.ReadyAsync(services => services.AddModel("counter").UseFunction(_count, _number, function), settings);

    private static InferenceRequest Request(int count)
    {
        var request = new InferenceRequest();
        request.Inputs.Add("count", InferenceTensor.Create([count], 1));
        return request;
    }

    private static InferenceResponse Answer(int number) => new(new TensorCollection
    {
        { "double", InferenceTensor.Create([number * 2], 1) },
        { "number", InferenceTensor.Create([number], 1) },
    });

    private static async IAsyncEnumerable<InferenceResponse> CountAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = request.Inputs["count"].ToArray<int>()[0];
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield();
            yield return Answer(i);
        }
    }

    private static async IAsyncEnumerable<InferenceResponse> WaitAsync(
        TaskCompletionSource cancelled, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return Answer(0);
        var never = Channel.CreateUnbounded<int>();
        try
        {
            await never.Reader.ReadAsync(cancellationToken);
        }
        finally
        {
            cancelled.TrySetResult();
        }
    }

    private static async IAsyncEnumerable<InferenceResponse> IgnoreAsync(TaskCompletionSource stubborn)
    {
        await stubborn.Task;
        yield return Answer(0);
    }

    private static Task<InferenceException> ReadFailureAsync(ITensorModel model, InferenceRequest request)
        => Assert.ThrowsAsync<InferenceException>(async () =>
        {
            await foreach (var response in model.InferStreamAsync(request))
            {
                response.Dispose();
            }
        });

    private sealed class Owner : IDisposable
    {
        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
