// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Queueing;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Tests.Queueing;

/// <summary>The gate of backends that do not batch, in virtual time.</summary>
public sealed class AdmissionGateTests
{
    private readonly FakeTimeProvider _time = new();
    private readonly QueueOptions _options = new();
    private int _limit = 1;

    [Fact]
    public async Task EnterAsync_BelowTheLimit_EntersAtOnce()
    {
        var gate = Open();
        _limit = 2;

        using var one = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var two = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        var three = gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask();

        Assert.Equal((3, 1), (gate.Load.InFlight, gate.Load.QueuedRows));
        Assert.False(three.IsCompleted);
        one.Dispose();
        using var third = await three;
        Assert.Equal(0, gate.Load.QueuedRows);
    }

    [Fact]
    public async Task EnterAsync_PrioritiesAndAge_DecideWhoGoesFirst()
    {
        var gate = Open();
        var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        List<string> order = [];
        Task[] waiting = [Enter("low", 3), Enter("high", 1), Enter("middle", 2)];
        _time.Advance(TimeSpan.FromSeconds(5));
        Task[] late = [Enter("late and high", 1)];

        running.Dispose();
        await Task.WhenAll([.. waiting, .. late]);

        // Who waited for five seconds has risen above all levels, and order among levels remains.
        Assert.Equal(["high", "middle", "low", "late and high"], order);

        async Task Enter(string name, int priority)
        {
            using var lease = await gate.EnterAsync(new InferenceRequest { Priority = priority });
            order.Add(name);
        }
    }

    [Fact]
    public async Task EnterAsync_NamedTenants_ShareByWeight()
    {
        _options.Tenants["a"] = 3;
        _options.Tenants["b"] = 1;
        var gate = Open();
        var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        List<string> order = [];
        var waiting = Enumerable.Range(0, 8).Select(_ => Enter("a")).Concat(Enumerable.Range(0, 8).Select(_ => Enter("b"))).ToArray();

        running.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal(6, order.Take(8).Count(tenant => tenant == "a"));

        async Task Enter(string tenant)
        {
            using var lease = await gate.EnterAsync(new InferenceRequest { Tenant = tenant });
            order.Add(tenant);
        }
    }

    [Fact]
    public async Task EnterAsync_FullQueue_RefusesWithTheTimeThatItTakes()
    {
        _options.MaxQueuedRows = 2;
        var gate = Open();
        await LearnAsync(gate, TimeSpan.FromSeconds(2));
        using var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        _ = gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask();
        _ = gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask();

        var refused = await Assert.ThrowsAsync<InferenceException>(async () => await gate.EnterAsync(Reject()));

        Assert.Equal(InferenceErrorCode.QueueFull, refused.Code);
        Assert.InRange(refused.RetryAfter!.Value.TotalSeconds, 6 * 0.8, 6 * 1.2);
        Assert.Equal(1, gate.Statistics.RefusedCount);
        Assert.Equal(TimeSpan.FromSeconds(6), gate.Load.PredictedWait);
        Assert.Equal(0.5, gate.Load.CapacityRowsPerSecond);
    }

    [Fact]
    public async Task EnterAsync_LongerThanMaxQueueTime_IsFull()
    {
        _options.MaxQueueTime = TimeSpan.FromSeconds(3);
        var gate = Open();
        await LearnAsync(gate, TimeSpan.FromSeconds(2));
        using var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        var first = gate.EnterAsync(Reject()).AsTask();
        Assert.False(first.IsCompleted);

        var refused = await Assert.ThrowsAsync<InferenceException>(async () => await gate.EnterAsync(Reject()));

        Assert.Equal(InferenceErrorCode.QueueFull, refused.Code);
        Assert.Contains("longer than 3 s", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnterAsync_AtTheDoor_WaitsAndComesInInTurn()
    {
        _options.MaxQueuedRows = 1;
        var gate = Open();
        var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        List<int> order = [];
        Task[] waiting = [Enter(1), Enter(2), Enter(3)];
        Assert.Equal(3, gate.Load.QueuedRows);

        running.Dispose();
        await Task.WhenAll(waiting);

        Assert.Equal([1, 2, 3], order);

        async Task Enter(int number)
        {
            using var lease = await gate.EnterAsync();
            order.Add(number);
        }
    }

    [Fact]
    public async Task EnterAsync_DeadlinePasses_LeavesTheQueue()
    {
        var gate = Open();
        using var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        var waiting = gate.EnterAsync(new InferenceRequest { Deadline = _time.GetUtcNow().AddSeconds(1) }).AsTask();

        _time.Advance(TimeSpan.FromSeconds(1));

        var failure = await Assert.ThrowsAsync<InferenceException>(() => waiting);
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, failure.Code);
        Assert.Equal((0, 1), (gate.Load.QueuedRows, (int)gate.Statistics.Fail.Count));
    }

    [Fact]
    public async Task EnterAsync_DeadlineThatTheQueueCannotMeet_IsRefusedAtOnce()
    {
        var gate = Open();
        await LearnAsync(gate, TimeSpan.FromSeconds(2));
        using var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);

        var refused = await Assert.ThrowsAsync<InferenceException>(
            async () => await gate.EnterAsync(new InferenceRequest { Deadline = _time.GetUtcNow().AddSeconds(1) }));

        Assert.Equal(InferenceErrorCode.QueueFull, refused.Code);
        Assert.Contains("deadline", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnterAsync_CallerLeaves_FreesItsPlaceInTheQueue()
    {
        var gate = Open();
        var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        using var leave = new CancellationTokenSource();
        var waiting = gate.EnterAsync(cancellationToken: leave.Token).AsTask();

        await leave.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal((1, 0, 1), (gate.Load.InFlight, gate.Load.QueuedRows, (int)gate.Statistics.Cancel.Count));
        running.Dispose();
        Assert.Equal(0, gate.Load.InFlight);
    }

    [Fact]
    public async Task DisposeAsync_SendsWhoWaitsAwayAndWaitsForWhoIsIn()
    {
        var gate = Open();
        var running = await gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken);
        var waiting = gate.EnterAsync(cancellationToken: TestContext.Current.CancellationToken).AsTask();

        var closed = gate.DisposeAsync().AsTask();

        Assert.Equal(InferenceErrorCode.NotReady, (await Assert.ThrowsAsync<InferenceException>(() => waiting)).Code);
        Assert.Equal(
            InferenceErrorCode.NotReady, (await Assert.ThrowsAsync<InferenceException>(async () => await gate.EnterAsync())).Code);
        Assert.False(closed.IsCompleted);
        running.Dispose();
        await closed;
    }

    [Fact]
    public async Task EnterAsync_ManyThreads_NeverMoreThanTheLimitAndNobodyIsForgotten()
    {
        _limit = 4;
        var gate = new AdmissionGate("m", "1", () => _limit, () => _options, TimeProvider.System);
        var (inside, most) = (0, 0);
        await Parallel.ForAsync(0, 4000, new ParallelOptions { MaxDegreeOfParallelism = 32 }, async (i, cancellationToken) =>
        {
            using var leave = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            if (i % 7 == 0)
            {
                leave.CancelAfter(TimeSpan.FromMicroseconds(i));
            }

            try
            {
                using var lease = await gate.EnterAsync(cancellationToken: leave.Token);
                var now = Interlocked.Increment(ref inside);
                InterlockedMax(ref most, now);
                await Task.Yield();
                Interlocked.Decrement(ref inside);
                lease.Succeed();
            }
            catch (OperationCanceledException)
            {
            }
        });

        Assert.InRange(most, 2, 4);
        Assert.Equal((0, 0), (gate.Load.InFlight, gate.Load.QueuedRows));
        await gate.DisposeAsync();
    }

    private static InferenceRequest Reject() => new() { Overflow = InferenceOverflow.Reject };

    private static void InterlockedMax(ref int target, int value)
    {
        for (var known = Volatile.Read(ref target); value > known; known = Volatile.Read(ref target))
        {
            Interlocked.CompareExchange(ref target, value, known);
        }
    }

    private AdmissionGate Open() => new("m", "1", () => _limit, () => _options, _time);

    private async Task LearnAsync(AdmissionGate gate, TimeSpan cost)
    {
        using var lease = await gate.EnterAsync();
        _time.Advance(cost);
        lease.Succeed();
    }
}
