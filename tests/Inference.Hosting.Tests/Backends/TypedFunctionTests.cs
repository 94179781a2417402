// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;
using static Inference.Hosting.Tests.Backends.TypedFunctionHarness;

namespace Inference.Hosting.Tests.Backends;

public sealed class TypedFunctionTests
{
    [Fact]
    public async Task InvokeAsync_LoneItem_RunsAtOnceAlone()
    {
        await using var harness = await StartAsync();

        Assert.Equal(42, await harness.Function.InvokeAsync(21));

        Assert.Equal([[21]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_CallersThatWait_ShareABatch()
    {
        await using var harness = await StartAsync();
        var first = await harness.OccupyAsync();
        Task<int>[] others = [.. Enumerable.Range(1, 7).Select(i => harness.Function.InvokeAsync(i).AsTask())];
        harness.OpenGate();

        Assert.Equal(0, await first);
        Assert.Equal((int[])[2, 4, 6, 8, 10, 12, 14], await Task.WhenAll(others));
        Assert.Equal([[0], [1, 2, 3, 4, 5, 6, 7]], harness.Batches);
        Assert.Equal((8, 2), (harness.Statistics.InferenceCount, harness.Statistics.ExecutionCount));
    }

    [Fact]
    public async Task InvokeManyAsync_MoreThanABatch_IsSplitMeetsOthersAndAnswersInOrder()
    {
        await using var harness = await StartAsync(setup => setup.Batching = options => options.MaxBatchSize = 4);
        var first = await harness.OccupyAsync();
        var other = harness.Function.InvokeAsync(100).AsTask();
        var many = harness.Function.InvokeManyAsync([1, 2, 3, 4, 5, 6]).AsTask();
        harness.OpenGate();

        Assert.Equal([2, 4, 6, 8, 10, 12], await many);
        Assert.Equal((0, 200), (await first, await other));
        Assert.Equal([[0], [100, 1, 2, 3], [4, 5, 6]], harness.Batches);
    }

    [Fact]
    public async Task InvokeManyAsync_NoItems_GivesNothing()
    {
        await using var harness = await StartAsync();

        Assert.Empty(await harness.Function.InvokeManyAsync([]));
        Assert.Empty(harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_PoisonItem_FailsAlone()
    {
        await using var harness = await StartAsync();
        harness.Fails = items => items.Contains(13) ? new FormatException("/secret/path") : null;
        var first = await harness.OccupyAsync();
        Task<int>[] others = [.. Enumerable.Range(10, 8).Select(i => harness.Function.InvokeAsync(i).AsTask())];
        harness.OpenGate();

        await first;
        for (var i = 0; i < others.Length; i++)
        {
            if (i == 3)
            {
                var exception = await Assert.ThrowsAsync<InferenceException>(() => others[3]);
                Assert.Equal(InferenceErrorCode.EngineFailed, exception.Code);
                Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
                continue;
            }

            Assert.Equal(2 * (10 + i), await others[i]);
        }
    }

    [Fact]
    public async Task InvokeAsync_GuiltyCallerLeavesDuringTheRun_TheOtherIsNotBlamed()
    {
        await using var harness = await StartAsync();
        using var cancellation = new CancellationTokenSource();
        harness.Fails = items => items.Contains(13) ? new FormatException() : null;
        var first = await harness.OccupyAsync();
        var guilty = harness.Function.InvokeAsync(13, cancellation.Token).AsTask();
        var other = harness.Function.InvokeAsync(14).AsTask();
        harness.OpenGate();
        harness.CloseGate();
        await UntilAsync(() => harness.Batches.Length == 2);
        await first;

        await cancellation.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => guilty);
        harness.OpenGate();

        Assert.Equal(28, await other);
    }

    [Fact]
    public async Task InvokeAsync_InferenceExceptionOfAnItem_ReachesItsCallerAsItIs()
    {
        await using var harness = await StartAsync();
        harness.Fails = items => items.Contains(13) ? new InferenceException(InferenceErrorCode.InvalidInput, "13 brings bad luck.") : null;
        var first = await harness.OccupyAsync();
        var guilty = harness.Function.InvokeAsync(13).AsTask();
        var other = harness.Function.InvokeAsync(14).AsTask();
        harness.OpenGate();

        await first;
        Assert.Equal(28, await other);
        var exception = await Assert.ThrowsAsync<InferenceException>(() => guilty);
        Assert.Equal((InferenceErrorCode.InvalidInput, "13 brings bad luck."), (exception.Code, exception.Message));
    }

    [Fact]
    public async Task InvokeAsync_FunctionSaysNotReady_FailsTheBatchWithoutAnotherCall()
    {
        await using var harness = await StartAsync();
        var first = await harness.OccupyAsync();
        Task<int>[] others = [.. Enumerable.Range(1, 4).Select(i => harness.Function.InvokeAsync(i).AsTask())];
        harness.Fails = items => new InferenceException(InferenceErrorCode.QueueFull, "The service is busy.") { RetryAfter = TimeSpan.FromSeconds(7) };
        harness.OpenGate();

        foreach (var task in others.Prepend(first))
        {
            var exception = await Assert.ThrowsAsync<InferenceException>(() => task);
            Assert.Equal((InferenceErrorCode.QueueFull, TimeSpan.FromSeconds(7)), (exception.Code, exception.RetryAfter));
        }

        Assert.Equal(2, harness.Batches.Length);
    }

    [Fact]
    public async Task InvokeAsync_NotPure_IsNotCalledAgain()
    {
        await using var harness = await StartAsync(setup => setup.IsPure = false);
        harness.Fails = items => items.Contains(13) ? new FormatException() : null;
        var first = await harness.OccupyAsync();
        Task<int>[] others = [.. Enumerable.Range(12, 3).Select(i => harness.Function.InvokeAsync(i).AsTask())];
        harness.OpenGate();

        await first;
        foreach (var task in others)
        {
            Assert.False((await Assert.ThrowsAsync<InferenceException>(() => task)).IsIsolated);
        }

        Assert.Equal(2, harness.Batches.Length);
    }

    [Fact]
    public async Task InvokeAsync_CostBudget_ClosesTheBatch()
    {
        await using var harness = await StartAsync(setup =>
        {
            setup.Cost = item => item;
            setup.Batching = options => options.MaxBatchCost = 10;
        });
        var first = await harness.OccupyAsync();
        var many = harness.Function.InvokeManyAsync([4, 5, 3, 7, 25, 1]).AsTask();
        harness.OpenGate();

        await first;
        Assert.Equal([8, 10, 6, 14, 50, 2], await many);
        Assert.Equal([[0], [4, 5], [3, 7], [25], [1]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_CostBudgetInConfiguration_Reloads()
    {
        await using var harness = await StartAsync(setup => setup.Cost = item => item, null, ("f:Batching:MaxBatchCost", "100"));
        harness.Host.Set("f:Batching:MaxBatchCost", "9");
        var first = await harness.OccupyAsync();
        var many = harness.Function.InvokeManyAsync([4, 5, 6]).AsTask();
        harness.OpenGate();

        await first;
        await many;
        Assert.Equal([[0], [4, 5], [6]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_Groups_NeverShareABatch()
    {
        await using var harness = await StartAsync(setup => setup.GroupBy = item => item % 2 == 0 ? "even" : null);
        var first = await harness.OccupyAsync();
        var many = harness.Function.InvokeManyAsync([1, 2, 3, 4, 5]).AsTask();
        harness.OpenGate();

        await first;
        Assert.Equal([2, 4, 6, 8, 10], await many);
        Assert.Equal([[0], [1, 3, 5], [2, 4]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_GroupOrCostThrows_FailsThatCallOnly()
    {
        await using var harness = await StartAsync(setup => setup.GroupBy = item => item == 3 ? throw new FormatException("no group") : 1);

        await Assert.ThrowsAsync<FormatException>(async () => await harness.Function.InvokeManyAsync([1, 2, 3]));
        await Assert.ThrowsAsync<FormatException>(async () => await harness.Function.InvokeAsync(3));

        Assert.Equal([2, 4], await harness.Function.InvokeManyAsync([1, 2]));
        Assert.Equal(0, harness.Host.Catalog.Models[0].Versions[0].Load!.Value.InFlight);
    }

    [Fact]
    public async Task InvokeAsync_CallerLeavesTheQueue_IsNeverPassedOn()
    {
        await using var harness = await StartAsync();
        using var cancellation = new CancellationTokenSource();
        var first = await harness.OccupyAsync();
        var leaver = harness.Function.InvokeAsync(5, cancellation.Token).AsTask();
        var stayer = harness.Function.InvokeAsync(6).AsTask();

        await cancellation.CancelAsync();

        Assert.Equal(cancellation.Token, (await Assert.ThrowsAnyAsync<OperationCanceledException>(() => leaver)).CancellationToken);
        harness.OpenGate();
        await first;
        Assert.Equal(12, await stayer);
        Assert.Equal([[0], [6]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_AllCallersOfABatchLeave_CancelsTheFunction()
    {
        await using var harness = await StartAsync();
        using var cancellation = new CancellationTokenSource();
        harness.CloseGate();
        var first = harness.Function.InvokeAsync(1, cancellation.Token).AsTask();
        await UntilAsync(() => harness.Batches.Length == 1);

        await cancellation.CancelAsync();

        // The gate stays closed: only its token can have ended the call.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = harness.Function.InvokeAsync(2).AsTask();
        await UntilAsync(() => harness.Batches.Length == 2);
        harness.OpenGate();
        Assert.Equal(4, await second);
        Assert.Equal((1, 1), (harness.Statistics.Cancel.Count, harness.Statistics.Success.Count));
    }

    [Fact]
    public async Task InvokeManyAsync_CallerLeaves_TakesAllItsItemsAlong()
    {
        await using var harness = await StartAsync();
        using var cancellation = new CancellationTokenSource();
        var first = await harness.OccupyAsync();
        var many = harness.Function.InvokeManyAsync([1, 2, 3], cancellation.Token).AsTask();
        await harness.QueuedAsync(3);

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => many);
        await harness.QueuedAsync(0);
        harness.OpenGate();
        await first;
        Assert.Equal([[0]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_DeadlinePassesInTheQueue_Expires()
    {
        await using var harness = await StartAsync();
        var first = await harness.OccupyAsync();
        Task<int> late;
        using (InferenceContext.Use(new InferenceContext { Deadline = harness.Host.Time.GetUtcNow() + TimeSpan.FromSeconds(1) }))
        {
            late = harness.Function.InvokeAsync(5).AsTask();
        }

        harness.Host.Time.Advance(TimeSpan.FromSeconds(2));

        Assert.Equal(InferenceErrorCode.DeadlineExceeded, (await Assert.ThrowsAsync<InferenceException>(() => late)).Code);
        harness.OpenGate();
        await first;
        Assert.Equal([[0]], harness.Batches);
    }

    [Fact]
    public async Task InvokeManyAsync_QueueHasRoomForSome_TakesNone()
    {
        await using var harness = await StartAsync(setup => setup.Builder = builder => builder.WithQueue(options => options.MaxQueuedRows = 4));
        var first = await harness.OccupyAsync();
        var waiting = harness.Function.InvokeManyAsync([1, 2, 3]).AsTask();
        using (InferenceContext.Use(new InferenceContext { Overflow = InferenceOverflow.Reject }))
        {
            var full = await Assert.ThrowsAsync<InferenceException>(async () => await harness.Function.InvokeManyAsync([4, 5]));
            Assert.Equal(InferenceErrorCode.QueueFull, full.Code);
            Assert.NotNull(full.RetryAfter);
            var large = await Assert.ThrowsAsync<InferenceException>(async () => await harness.Function.InvokeManyAsync([4, 5, 6, 7, 8]));
            Assert.Equal(InferenceErrorCode.PayloadTooLarge, large.Code);
            var fits = harness.Function.InvokeAsync(9).AsTask();
            harness.OpenGate();
            Assert.Equal(18, await fits);
        }

        await first;
        await waiting;
        Assert.Equal([[0], [1, 2, 3, 9]], harness.Batches);
        Assert.Equal(2, harness.Statistics.RefusedCount);
    }

    [Fact]
    public async Task InvokeManyAsync_LargerThanTheQueue_WaitsAtTheDoor()
    {
        await using var harness = await StartAsync(setup => setup.Builder = builder => builder.WithQueue(options => options.MaxQueuedRows = 4));

        var results = await harness.Function.InvokeManyAsync([.. Enumerable.Range(0, 50)]).AsTask().WaitAsync(ModelTestHost.Patience);

        Assert.Equal(Enumerable.Range(0, 50).Select(i => 2 * i), results);
        Assert.All(harness.Batches, batch => Assert.InRange(batch.Length, 1, 4));
    }

    [Fact]
    public async Task InvokeAsync_Priorities_GoFirst()
    {
        await using var harness = await StartAsync(setup => setup.Batching = options => options.MaxBatchSize = 1);
        var first = await harness.OccupyAsync();
        var low = Invoke(1, 3);
        var high = Invoke(2, 1);
        harness.OpenGate();

        await Task.WhenAll(first, low, high);
        Assert.Equal([[0], [2], [1]], harness.Batches);

        Task<int> Invoke(int item, int priority)
        {
            using (InferenceContext.Use(new InferenceContext { Priority = priority }))
            {
                return harness.Function.InvokeAsync(item).AsTask();
            }
        }
    }

    [Fact]
    public async Task InvokeAsync_MaxQueueDelay_WaitsForMore()
    {
        await using var harness = await StartAsync(setup => setup.Batching = options => options.MaxQueueDelay = TimeSpan.FromSeconds(5));
        var first = harness.Function.InvokeAsync(1).AsTask();
        var second = harness.Function.InvokeAsync(2).AsTask();
        Assert.Empty(harness.Batches);

        harness.Host.Time.Advance(TimeSpan.FromSeconds(5.1));

        Assert.Equal((int[])[2, 4], await Task.WhenAll(first, second).WaitAsync(ModelTestHost.Patience));
        Assert.Equal([[1, 2]], harness.Batches);
    }

    [Fact]
    public async Task InvokeAsync_ManyInstances_AwaitWithoutThreads()
    {
        await using var harness = await StartAsync(setup => setup.Batching = options =>
        {
            options.MaxBatchSize = 1;
            options.Instances = 64;
        });
        harness.CloseGate();
        Task<int>[] calls = [.. Enumerable.Range(0, 64).Select(i => harness.Function.InvokeAsync(i).AsTask())];

        // All at the gate at once, by far more than the pool has threads for.
        await UntilAsync(() => harness.Batches.Length == 64);
        harness.OpenGate();

        Assert.Equal(Enumerable.Range(0, 64).Select(i => 2 * i), await Task.WhenAll(calls));
    }

    [Fact]
    public async Task StreamAsync_Results_ComeAsTheyAreReadyEachWithItsOwnError()
    {
        var next = new[] { new TaskCompletionSource(), new TaskCompletionSource() };
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<string, int>>("f")
            .UseFunction<string, int>(async (batch, cancellationToken) =>
            {
                batch.SetResult(2, batch.Items[2].Length);
                await next[0].Task.WaitAsync(cancellationToken);
                batch.SetError(0, new InferenceException(InferenceErrorCode.InvalidInput, $"'{batch.Items[0]}' is no word."));
                await next[1].Task.WaitAsync(cancellationToken);
                batch.SetResult(1, batch.Items[1].Length);
            }));
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<string, int>>("f");

        await using var results = function.StreamAsync(["?", "four", "seven"]).GetAsyncEnumerator();

        Assert.True(await results.MoveNextAsync());
        Assert.Equal((2, 5, 3), (results.Current.Index, results.Current.Value, results.Current.Timing.BatchSize));
        next[0].SetResult();
        Assert.True(await results.MoveNextAsync());
        Assert.Equal((0, "'?' is no word."), (results.Current.Index, results.Current.Error?.Message));
        Assert.Throws<InferenceException>(() => results.Current.Value);
        next[1].SetResult();
        Assert.True(await results.MoveNextAsync());
        Assert.Equal((1, 4), (results.Current.Index, results.Current.Value));
        Assert.False(await results.MoveNextAsync());
    }

    [Fact]
    public async Task SetResult_ThenTheFunctionThrows_OnlyTheOthersAreCalledAgain()
    {
        var calls = new List<int[]>();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<int, int>>("f")
            .WithBatching(options => options.RejoinWindow = TimeSpan.Zero)
            .UseFunction<int, int>(async (batch, _) =>
            {
                await Task.Yield();
                calls.Add([.. batch.Items]);
                for (var i = 0; i < batch.Items.Count; i++)
                {
                    batch.SetResult(i, batch.Items[i] == 13 ? throw new FormatException() : 2 * batch.Items[i]);
                }
            }));
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f");
        var results = new List<(int Index, bool Failed)>();

        await foreach (var result in function.StreamAsync([1, 2, 13, 4, 5]))
        {
            results.Add((result.Index, result.Error is not null));
        }

        Assert.Equal([1, 2, 13, 4, 5], calls[0]);
        Assert.DoesNotContain(calls.Skip(1), call => call.Contains(1) || call.Contains(2));
        Assert.Equal([(0, false), (1, false), (2, true), (3, false), (4, false)], results.Order());
        Assert.Equal((4, 1), (host.Catalog.GetStatistics("f", "1")!.Success.Count, host.Catalog.GetStatistics("f", "1")!.Fail.Count));
    }

    [Fact]
    public async Task SetResult_TwiceOrAfterTheEnd_IsRefused()
    {
        ItemBatch<int, int>? kept = null;
        Exception? twice = null;
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<int, int>>("f")
            .UseFunction<int, int>((batch, _) =>
            {
                kept = batch;
                batch.SetResult(0, 1);
                twice = Record.Exception(() => batch.SetResult(0, 2));
                return Task.CompletedTask;
            }));

        Assert.Equal(1, await host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f").InvokeAsync(5));

        Assert.IsType<InvalidOperationException>(twice);
        await UntilAsync(() => Record.Exception(() => kept!.SetResult(0, 3)) is InvalidOperationException late
            && late.Message.Contains("returned", StringComparison.Ordinal));
    }

    [Fact]
    public async Task InvokeAsync_FallbackOfAFunctionThatIsBusy_AnswersInItsPlace()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<IBatchFunction<string, int>>("paid").UseFunction<string, int>((_, _)
                => Task.FromException<IReadOnlyList<int>>(new InferenceException(InferenceErrorCode.QueueFull, "The service is busy."))).WithFallback("own");
            services.AddModel<IBatchFunction<string, int>>("own").UseFunction(
                (IReadOnlyList<string> items, CancellationToken _) => items.Select(item => -item.Length).ToArray());
        });
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<string, int>>("paid");

        Assert.Equal(-3, await function.InvokeAsync("abc"));
        Assert.Equal([-1, -2], await function.InvokeManyAsync(["a", "bb"]));
    }

    [Fact]
    public async Task InvokeAsync_WrongNumberOfResults_FailsAllWithoutAnotherCall()
    {
        var calls = 0;
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<int, int>>("f")
            .UseFunction((IReadOnlyList<int> items, CancellationToken _) =>
            {
                calls++;
                return new int[items.Count + 1];
            }));
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f");

        var exception = await Assert.ThrowsAsync<InferenceException>(async () => await function.InvokeManyAsync([1, 2, 3]));

        Assert.Equal(InferenceErrorCode.EngineFailed, exception.Code);
        Assert.Contains("4 results for 3 items", exception.Message, StringComparison.Ordinal);
        Assert.Equal(1, calls);
    }

    [Fact]
    public async Task InvokeAsync_AnswerForgotten_FailsThatItem()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<int, int>>("f")
            .UseFunction<int, int>((batch, _) =>
            {
                batch.SetResult(0, 7);
                return Task.CompletedTask;
            }));
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f");
        var results = new List<BatchResult<int>>();

        await foreach (var result in function.StreamAsync([1, 2]))
        {
            results.Add(result);
        }

        Assert.Equal(7, results.Single(result => result.Index == 0).Value);
        Assert.Contains("without an answer", results.Single(result => result.Index == 1).Error!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseFunction_Synchronous_RunsOnAThreadOfItsOwn()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<int, (bool, string?)>>("f")
            .UseFunction((IReadOnlyList<int> items, CancellationToken _)
                => items.Select(_ => (Thread.CurrentThread.IsThreadPoolThread, Thread.CurrentThread.Name)).ToArray()));

        var (isPool, name) = await host.Services.GetRequiredKeyedService<IBatchFunction<int, (bool, string?)>>("f").InvokeAsync(1);

        Assert.Equal((false, "f:1 #0"), (isPool, name));
    }

    [Fact]
    public async Task UseFunction_AsynchronousArray_InfersItsTypes()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<string, int>>("f")
            .UseFunction(async (IReadOnlyList<string> items, CancellationToken _) =>
            {
                await Task.Yield();
                return items.Select(item => item.Length).ToArray();
            }));

        Assert.Equal(5, await host.Services.GetRequiredKeyedService<IBatchFunction<string, int>>("f").InvokeAsync("seven"));
    }

    [Fact]
    public async Task LoadAsync_ItemsInFlight_AreFinishedByTheOldVersion()
    {
        await using var harness = await StartAsync();
        var first = await harness.OccupyAsync(1);
        var queued = harness.Function.InvokeAsync(2).AsTask();
        var reload = harness.Host.Catalog.LoadAsync("f");
        await UntilAsync(() => harness.Host.Catalog.Models[0].Versions[0].Load!.Value.InFlight == 0);
        Assert.False(reload.IsCompleted);
        harness.OpenGate();

        await reload.WaitAsync(ModelTestHost.Patience);
        Assert.Equal((2, 4, 6), (await first, await queued, await harness.Function.InvokeAsync(3)));
    }

    [Fact]
    public async Task UnloadAsync_DrainTimeoutPasses_FailsWhatIsLeftAndCancelsTheFunction()
    {
        await using var harness = await StartAsync(null, null, ("f:DrainTimeout", "00:00:05"));
        var running = await harness.OccupyAsync(1);
        var queued = harness.Function.InvokeAsync(2).AsTask();
        var unload = harness.Host.Catalog.UnloadAsync("f");
        await harness.Host.WaitForAsync("f", version => version.State == ModelState.Draining);

        await UntilAsync(() =>
        {
            harness.Host.Time.Advance(TimeSpan.FromSeconds(1));
            return unload.IsCompleted;
        });

        Assert.Equal(InferenceErrorCode.NotReady, (await Assert.ThrowsAsync<InferenceException>(() => running)).Code);
        Assert.Equal(InferenceErrorCode.NotReady, (await Assert.ThrowsAsync<InferenceException>(() => queued)).Code);
    }

    [Fact]
    public async Task UseFunction_Sample_WarmsUpAndOpensTheBreaker()
    {
        await using var harness = await StartAsync(setup =>
        {
            setup.Sample = () => -1;
            setup.Batching = options => options.MaxBatchSize = 4;
        });
        Assert.Equal([4, 4, 4, 1, 1, 1, 3, 3, 3, 2, 2, 2], harness.Batches.Select(batch => batch.Length));
        harness.Fails = _ => new FormatException();

        // The canary fails too, so the function is sick and no item is guilty; five such batches open the breaker.
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(
                InferenceErrorCode.EngineFailed,
                (await Assert.ThrowsAsync<InferenceException>(async () => await harness.Function.InvokeAsync(1))).Code);
        }

        Assert.Equal(
            InferenceErrorCode.NotReady, (await Assert.ThrowsAsync<InferenceException>(async () => await harness.Function.InvokeAsync(1))).Code);
        harness.Fails = _ => null;
        await UntilAsync(() =>
        {
            harness.Host.Time.Advance(TimeSpan.FromSeconds(1));
            return harness.Host.Catalog.Models[0].Versions[0].State == ModelState.Ready;
        });
        Assert.Equal(2, await harness.Function.InvokeAsync(1));
    }
}
