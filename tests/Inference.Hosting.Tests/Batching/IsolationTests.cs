// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Batching;

public sealed class IsolationTests
{
    [Fact]
    public void Poison_OneOf8()
    {
        for (var poison = 0; poison < 8; poison++)
        {
            var harness = Poisoned(8, poison);
            Assert.Equal(7, harness.Runs.Count);
            Assert.Equal(0, harness.Canaries);
            Assert.Equal(7, harness.Count(ItemOutcome.Ok));
            Assert.Equal(ItemOutcome.Failed, harness.Items[poison].Outcome);
            Assert.Equal(0, harness.Core.Breaker.Failures);
            Assert.Equal(1, harness.Poisoned);
        }
    }

    [Fact]
    public void Poison_TwoOf16()
    {
        for (var first = 0; first < 16; first++)
        {
            for (var second = first + 1; second < 16; second++)
            {
                var harness = Poisoned(16, first, second);
                Assert.InRange(harness.Runs.Count, 2, 15);
                Assert.Equal(14, harness.Count(ItemOutcome.Ok));
                Assert.Equal(2, harness.Count(ItemOutcome.Failed));
            }
        }
    }

    [Fact]
    public void Poison_RequestsStayWhole()
    {
        var harness = new IsolationHarness { Fails = batch => Holds(batch, 1) ? EngineFault.Run : null };
        harness.Enqueue(new SimItem { Rows = 3 }, new SimItem { Rows = 3, Key = 0, Name = "1" }, new SimItem { Rows = 2 });
        harness.RunNext();

        Assert.Equal([8, 3, 5, 3, 2], harness.Runs);
        Assert.Equal(2, harness.Count(ItemOutcome.Ok));
        harness.AssertConserved();
    }

    [Fact]
    public void AllFail_CanaryPasses_AllTold()
    {
        var harness = new IsolationHarness { Fails = _ => EngineFault.Run };
        harness.Enqueue(Enumerable.Range(0, 8).Select(_ => new SimItem()));
        harness.RunNext();

        Assert.Equal((15, 1, 8), (harness.Runs.Count, harness.Canaries, harness.Poisoned));
        Assert.Equal(0, harness.Core.Breaker.Failures);
        harness.AssertConserved();
    }

    [Fact]
    public void AllFail_CanaryFails()
    {
        var harness = new IsolationHarness { Fails = _ => EngineFault.Run, CanaryFails = EngineFault.Run };
        harness.Enqueue(Enumerable.Range(0, 8).Select(_ => new SimItem()));
        harness.RunNext();

        Assert.InRange(harness.Runs.Count + harness.Canaries, 1, 4);
        Assert.Equal(1, harness.Core.Breaker.Failures);
        Assert.Equal(8, harness.Count(ItemOutcome.Failed));
        Assert.Equal(0, harness.Poisoned);
        harness.AssertConserved();
    }

    [Fact]
    public void IsolationBudget_Exhausted()
    {
        var harness = new IsolationHarness(Settings with { IsolationBudget = 0.001 })
        {
            Fails = batch => Holds(batch, 0) ? EngineFault.Run : null,
        };
        harness.Enqueue(Enumerable.Range(0, 8).Select(i => new SimItem { Name = $"{i}" }));
        harness.Enqueue(Enumerable.Range(0, 8).Select(i => new SimItem { Name = $"{i}" }));
        harness.RunNext();
        harness.RunNext();

        Assert.All(harness.Items.Skip(8), item => Assert.False(Assert.IsType<InferenceException>(item.Error).IsIsolated));
        Assert.Equal(0, harness.Core.Breaker.Failures);
        harness.AssertConserved();
    }

    [Fact]
    public void Impure_FailsWhole()
    {
        var harness = new IsolationHarness(Settings with { IsPure = false }) { Fails = _ => EngineFault.Run };
        harness.Enqueue(Enumerable.Range(0, 8).Select(_ => new SimItem()));
        harness.RunNext();

        Assert.Equal([8], harness.Runs);
        Assert.Equal(8, harness.Count(ItemOutcome.Failed));
        harness.AssertConserved();
    }

    [Fact]
    public void Oom_HalvesCap()
    {
        var harness = new IsolationHarness { Fails = batch => batch.Rows > 4 ? EngineFault.OutOfMemory : null };
        harness.Enqueue(Enumerable.Range(0, 8).Select(_ => new SimItem()));
        harness.RunNext();

        Assert.Equal([8, 4, 4], harness.Runs);
        Assert.Equal(8, harness.Count(ItemOutcome.Ok));
        Assert.Equal(4, harness.Core.Cap.Get(0, Settings, harness.Now));
        Assert.Equal(4, harness.Core.Cap.Get(0, Settings, harness.Now + Ns(299_000)));
        Assert.Equal(6, harness.Core.Cap.Get(0, Settings, harness.Now + Ns(300_001)));
        Assert.Equal(8, harness.Core.Cap.Get(0, Settings, harness.Now + Ns(600_002)));
        harness.AssertConserved();
    }

    [Fact]
    public void Oom_OneLargeRequest_RunsInSlices()
    {
        var harness = new IsolationHarness { Fails = batch => batch.Rows > 2 ? EngineFault.OutOfMemory : null };
        harness.Enqueue(new SimItem { Rows = 8 });
        harness.RunNext();

        Assert.Equal([8, 4, 4, 2, 2, 2, 2], harness.Runs);
        Assert.Equal((ItemOutcome.Ok, 8), (harness.Items[0].Outcome, harness.Items[0].DoneRows));
        harness.AssertConserved();
    }

    [Fact]
    public void Oom_OneRow_Fails()
    {
        var harness = new IsolationHarness { Fails = _ => EngineFault.OutOfMemory };
        harness.Enqueue(new SimItem { Rows = 2 });
        harness.RunNext();
        Assert.Equal(ItemOutcome.Failed, harness.Items[0].Outcome);
        harness.AssertConserved();
    }

    [Fact]
    public void DeviceLost_RerunsOnce()
    {
        var harness = new IsolationHarness(instances: 2) { Fails = _ => EngineFault.DeviceLost };
        harness.Enqueue(Enumerable.Range(0, 4).Select(_ => new SimItem()));
        harness.RunNext(0);

        Assert.Equal(InstancePhase.Down, harness.Core.Instances[0].Phase);
        Assert.Equal((1, 4), (harness.Core.LostBatches, harness.Count(ItemOutcome.None)));
        Assert.Equal(TakeKind.Empty, harness.RunNext(0));
        harness.Cancel(harness.Items[3]);
        harness.Fails = _ => null;

        Assert.Equal(TakeKind.Rerun, harness.RunNext(1));
        Assert.Equal([4, 3], harness.Runs);
        Assert.Equal(3, harness.Count(ItemOutcome.Ok));
        harness.AssertConserved();

        harness.Fails = _ => EngineFault.DeviceLost;
        harness.Enqueue(new SimItem());
        harness.RunNext(1);
        harness.Core.SetDown(0, isDown: false);
        harness.RunNext(0);
        var error = Assert.IsType<InferenceException>(harness.Items[4].Error);
        Assert.Equal(InferenceErrorCode.NotReady, error.Code);
        harness.AssertConserved();
    }

    [Fact]
    public void DeviceLost_DeadlinePassesMeanwhile_IsAnswered()
    {
        var harness = new IsolationHarness { Fails = _ => EngineFault.DeviceLost };
        harness.Enqueue(new SimItem { Deadline = Ns(100) });
        harness.RunNext();
        harness.Now = Ns(101);
        harness.Expire();
        Assert.Equal(ItemOutcome.Expired, harness.Items[0].Outcome);
        harness.Core.SetDown(0, isDown: false);
        Assert.Equal(TakeKind.Empty, harness.RunNext());
        harness.AssertConserved();
    }

    [Fact]
    public void Breaker_HalfOpenUsesCanary()
    {
        var harness = new IsolationHarness { Fails = _ => EngineFault.Run, CanaryFails = EngineFault.Run };
        for (var i = 0; i < 5; i++)
        {
            harness.Enqueue(new SimItem());
            harness.RunNext();
        }

        var (core, runs) = (harness.Core, harness.Runs.Count);
        Assert.True(core.Breaker.IsOpen);
        harness.Enqueue(new SimItem { MayWait = true });
        Assert.Equal(RefusalReason.Breaker, harness.Items[^1].Refusal);
        Assert.Equal(TakeKind.Empty, harness.RunNext());

        harness.Now = core.Breaker.ProbeAt;
        core.Sleep(0);
        Assert.Equal(0, core.WakeDue(harness.Now));
        Assert.Equal(TakeKind.Probe, harness.RunNext());
        Assert.Equal(TakeKind.Empty, harness.RunNext());
        core.Breaker.Probed(succeeded: false, harness.Now);
        Assert.Equal(2_000_000_000, core.Breaker.ProbeAt - harness.Now);

        harness.Now = core.Breaker.ProbeAt;
        Assert.Equal(TakeKind.Probe, harness.RunNext());
        core.Breaker.Probed(succeeded: true, harness.Now);
        Assert.Equal(runs, harness.Runs.Count);
        harness.Fails = _ => null;
        harness.Enqueue(new SimItem());
        harness.RunNext();
        Assert.Equal(ItemOutcome.Ok, harness.Items[^1].Outcome);
        harness.AssertConserved();
    }

    [Fact]
    public void Breaker_OpensAtHalfOfTwenty()
    {
        var breaker = new CircuitBreaker();
        for (var i = 0; i < 20; i++)
        {
            Assert.False(breaker.IsOpen);
            if (i % 2 == 0)
            {
                breaker.Succeeded(i);
            }
            else
            {
                breaker.Failed(i);
            }
        }

        Assert.True(breaker.IsOpen);
    }

    [Fact]
    public void LonePoison_DoesNotTripTheBreaker()
    {
        var harness = new IsolationHarness { Fails = _ => EngineFault.Run };
        for (var i = 0; i < 30; i++)
        {
            harness.Enqueue(new SimItem());
            harness.RunNext();
        }

        Assert.False(harness.Core.Breaker.IsOpen);
        Assert.Equal(30, harness.Canaries);
        harness.AssertConserved();
    }

    [Fact]
    public void Cancelled_BetweenRuns_IsNotReadAgain()
    {
        var harness = new IsolationHarness();
        harness.Fails = batch =>
        {
            if (batch.Rows == 4)
            {
                harness.Cancel(harness.Items[2]);
            }

            return batch.Rows == 4 || Holds(batch, 0) ? EngineFault.Run : null;
        };
        harness.Enqueue(Enumerable.Range(0, 4).Select(i => new SimItem { Name = $"{i}" }));
        harness.RunNext();

        Assert.Equal([4, 2, 1, 1, 1], harness.Runs);
        Assert.Equal(
            [ItemOutcome.Failed, ItemOutcome.Ok, ItemOutcome.Cancelled, ItemOutcome.Ok], harness.Items.Select(item => item.Outcome));
        harness.AssertConserved();
    }

    private static IsolationHarness Poisoned(int rows, params int[] poison)
    {
        var harness = new IsolationHarness(Settings with { MaxBatch = rows })
        {
            Fails = batch => poison.Any(bad => Holds(batch, bad)) ? EngineFault.Run : null,
        };
        harness.Enqueue(Enumerable.Range(0, rows).Select(i => new SimItem { Name = $"{i}" }));
        harness.RunNext();
        harness.AssertConserved();
        return harness;
    }

    private static bool Holds(ScheduledBatch batch, int name)
        => batch.Slots.ToArray().Any(slot => ((SimItem)slot.Item).Name == $"{name}");
}
