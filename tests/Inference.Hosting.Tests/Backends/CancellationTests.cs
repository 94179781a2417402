// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Testing;

namespace Inference.Hosting.Tests.Backends;

public sealed class CancellationTests
{
    [Fact]
    public async Task Cancel_BeforeTheCall_QueuesNothing()
    {
        await using var harness = await ShellHarness.StartAsync();
        var task = harness.Infer(1, new CancellationToken(canceled: true));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        harness.AssertConserved(0);
    }

    [Fact]
    public async Task Cancel_Queued()
    {
        await using var harness = await ShellHarness.StartAsync();
        using var source = new CancellationTokenSource();
        var blocker = harness.OccupyAsync();
        var task = harness.Infer(1, source.Token);
        await source.CancelAsync();

        var exception = await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        Assert.Equal(source.Token, exception.CancellationToken);
        Assert.Equal(0, harness.Model.Load.QueuedRows);
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        (await harness.Infer(2)).Dispose();
        Assert.Equal([1, 1], harness.Engine.Runs);
        harness.AssertConserved(3);
    }

    [Fact]
    public async Task Cancel_Assembling()
    {
        await using var harness = await ShellHarness.StartAsync();
        using var source = new CancellationTokenSource();
        using var entered = new ManualResetEventSlim();
        using var leave = new ManualResetEventSlim();
        harness.Engine.OnPrepare = _ =>
        {
            entered.Set();
            leave.Wait();
        };
        var request = ShellHarness.Request(1);
        var task = harness.Infer(request, source.Token);
        ShellHarness.Until(() => entered.IsSet);
        await source.CancelAsync();

        // Its memory is being read: the caller must not have it back yet.
        Assert.False(task.IsCompleted);
        leave.Set();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        ShellHarness.Until(() => harness.Model.Statistics!.ExecutionCount == 1);
        harness.AssertConserved(1);
        Assert.Equal(1, harness.Model.Statistics!.Cancel.Count);
    }

    [Fact]
    public async Task Cancel_Running_Detaches()
    {
        await using var harness = await ShellHarness.StartAsync();
        using var source = new CancellationTokenSource();
        var blocker = harness.OccupyAsync();
        var left = harness.Infer(5, source.Token);
        var stays = harness.Infer(6);
        harness.Engine.Step();
        ShellHarness.Until(() => harness.Engine.Runs.Count == 2 && harness.Engine.RunsAtGate == 1);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => left);
        Assert.False(stays.IsCompleted);
        harness.Engine.OpenGate();
        using var response = await stays;
        Assert.Equal([12f], response["y"].ToArray<float>());
        Assert.Equal(2, response.Timing.BatchSize);
        (await blocker).Dispose();
        Assert.Equal(3, harness.Model.Statistics!.InferenceCount);
        harness.AssertConserved(3);
    }

    [Fact]
    public async Task Cancel_Split()
    {
        await using var harness = await ShellHarness.StartAsync();
        using var source = new CancellationTokenSource();
        harness.Engine.CloseGate();
        var task = harness.Infer(ShellHarness.Request([.. Enumerable.Range(0, 20).Select(i => (float)i)]), source.Token);
        ShellHarness.Until(() => harness.Engine.RunsAtGate == 1);
        await source.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => task);
        harness.Engine.OpenGate();
        (await harness.Infer(1)).Dispose();
        Assert.Equal([8, 1], harness.Engine.Runs);
        ShellHarness.Until(() => harness.Model.Responses.Rented == harness.Model.Responses.Returned);
        harness.AssertConserved(2);
    }

    [Fact]
    public async Task Cancel_Twice_AndExpiry()
    {
        await using var harness = await ShellHarness.StartAsync();
        using var source = new CancellationTokenSource();
        var blocker = harness.OccupyAsync();
        var (first, second) = (ShellHarness.Request(1), ShellHarness.Request(2));
        first.Deadline = second.Deadline = harness.Time.GetUtcNow().AddMilliseconds(50);
        var cancelled = harness.Infer(first, source.Token);
        var expired = harness.Infer(second, source.Token);
        await source.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        await source.CancelAsync();
        harness.Time.Advance(TimeSpan.FromMilliseconds(60));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => expired);

        using var late = new CancellationTokenSource();
        var third = ShellHarness.Request(3);
        third.Deadline = harness.Time.GetUtcNow().AddMilliseconds(50);
        var task = harness.Infer(third, late.Token);
        harness.Time.Advance(TimeSpan.FromMilliseconds(60));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, await ShellHarness.FailsAsync(task));
        await late.CancelAsync();

        harness.Engine.OpenGate();
        (await blocker).Dispose();
        var statistics = harness.Model.Statistics!;
        Assert.Equal((1, 2, 1), (statistics.Success.Count, statistics.Cancel.Count, statistics.Fail.Count));
        harness.AssertConserved(4);
    }

    [Fact]
    public async Task DoubleAwait_Throws()
    {
        await using var harness = await ShellHarness.StartAsync();
        var call = harness.Model.InferAsync(ShellHarness.Request(1));
        (await call).Dispose();
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call);

        // Also when the object serves somebody else by now.
        var blocker = harness.OccupyAsync();
        var other = harness.Infer(7);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await call);
        harness.Engine.OpenGate();
        (await blocker).Dispose();
        using var response = await other;
        Assert.Equal([14f], response["y"].ToArray<float>());
    }
}
