// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;
using Inference.Hosting.Tests.Batching;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Queueing;

public sealed class AdmissionTests
{
    [Fact]
    public void QueueFull_RetryAfter()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueuedRows = 80 }, Affine, learn: [0]);
        simulation.Arrive(0, key: 9);
        simulation.Arrive(1, rows: 80);
        var refused = simulation.Arrive(2);
        simulation.Run(3);

        Assert.Equal(RefusalReason.Rows, refused.Refusal);
        var drain = RetryAfterEstimator.Drain(simulation.Core.Queue.Rows, simulation.Core.Capacity(Ns(3)));
        Assert.Equal(180, drain.TotalMilliseconds, 0.001);
        Assert.Equal(1, RetryAfterEstimator.ToSeconds(drain));
        var spread = Enumerable.Range(0, 1000).Select(i => RetryAfterEstimator.Spread(drain, i).TotalMilliseconds).ToArray();
        Assert.All(spread, ms => Assert.InRange(ms, 144, 216));
        Assert.True(spread.Max() - spread.Min() > 60);
    }

    [Fact]
    public void Deadline_AtDoor()
    {
        var simulation = new SchedulerSimulation(Settings, Affine, learn: [0]);
        simulation.Arrive(0, key: 9);
        simulation.Arrive(2, rows: 16);
        var refused = simulation.Arrive(2, deadline: 77);
        var accepted = simulation.Arrive(2, deadline: 78);
        simulation.Run(3);

        Assert.Equal(RefusalReason.Deadline, refused.Refusal);
        Assert.Equal(RefusalReason.None, accepted.Refusal);
    }

    [Fact]
    public void IdleProbe()
    {
        static SimItem Ask(double after)
        {
            var simulation = new SchedulerSimulation(Settings, (_, _) => 1000, learn: [0]);
            var item = simulation.Arrive(after, deadline: after + 100);
            var second = simulation.Arrive(after, deadline: after + 100);
            simulation.Run(after + 1);
            Assert.Equal(RefusalReason.Impossible, second.Refusal);
            return item;
        }

        Assert.Equal(RefusalReason.Impossible, Ask(1000).Refusal);
        var probe = Ask(11_000);
        Assert.Equal(RefusalReason.None, probe.Refusal);
        Assert.Equal(11_000, probe.StartedAt);
    }

    [Fact]
    public void Expires_WhileBusy()
    {
        var simulation = new SchedulerSimulation(Settings, (_, _) => 500);
        simulation.Arrive(0);
        var item = simulation.Arrive(1, deadline: 50);
        var odd = simulation.Arrive(1, deadline: 51);
        simulation.Run();

        Assert.Equal(ItemOutcome.Expired, item.Outcome);
        Assert.InRange(item.AnsweredAt, 50, 60);
        Assert.InRange(odd.AnsweredAt, 51, 61);
        Assert.Single(simulation.Runs);
        simulation.AssertConserved();
    }

    [Fact]
    public void Expires_WhileRunning()
    {
        var simulation = new SchedulerSimulation(Settings, (_, _) => 500);
        var item = simulation.Arrive(0, deadline: 50);
        simulation.Run();

        Assert.InRange(item.AnsweredAt, 50, 60);
        simulation.AssertConserved();
    }

    [Fact]
    public void Backlog_DropsHeadNotBatch()
    {
        var (core, settled) = (new BatchScheduler(Settings, 1), new Settlements());
        var head = new SimItem { Deadline = Ns(21) };
        core.TryEnqueue(head, 0);
        for (var i = 0; i < 15; i++)
        {
            core.TryEnqueue(new SimItem(), 0);
        }

        Learn(core);
        var batch = new ScheduledBatch();
        Assert.Equal(TakeKind.Run, core.Take(0, 0, batch, settled).Kind);

        Assert.Equal(ItemOutcome.Expired, head.Outcome);
        Assert.Equal(8, batch.Rows);
        Assert.Equal(7, core.Queue.Rows);
    }

    [Fact]
    public void NoBacklog_Shrinks()
    {
        var core = new BatchScheduler(Settings, 1);
        for (var i = 0; i < 4; i++)
        {
            core.TryEnqueue(new SimItem { Deadline = Ns(14.5) }, 0);
        }

        Learn(core);
        var batch = new ScheduledBatch();
        core.Take(0, 0, batch, new Settlements());

        Assert.Equal((2, BatchCloseReason.Deadline), (batch.Rows, batch.CloseReason));
    }

    [Fact]
    public void MaxQueueTime_RefusesByPredictedWait()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueueTime = Ns(101) }, Affine, learn: [0]);
        simulation.Arrive(0, key: 9);
        for (var i = 0; i < 100; i++)
        {
            simulation.Arrive(1);
        }

        simulation.Run(2);

        // 10 ms left and a run of 18 for each 8 ahead: 5 runs fit into 101 ms.
        Assert.Equal(48, simulation.Items.Count(item => item.Refusal == RefusalReason.None) - 1);
        Assert.Equal(RefusalReason.Time, simulation.Items[^1].Refusal);
    }

    [Fact]
    public void Overflow_Wait_EntersInOrderWhenThereIsRoom()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueuedRows = 8 }, Affine);
        simulation.Arrive(0, key: 9);
        var items = Enumerable.Range(0, 30).Select(_ => simulation.Arrive(1, waits: true)).ToArray();
        var refused = simulation.Arrive(2);
        var tooLarge = simulation.Arrive(2, rows: 9, waits: true);
        var hasty = simulation.Arrive(2, waits: true, deadline: 20);
        simulation.Run();

        Assert.Equal(RefusalReason.Rows, refused.Refusal);
        Assert.Equal(RefusalReason.TooLarge, tooLarge.Refusal);
        Assert.Equal(ItemOutcome.Expired, hasty.Outcome);
        Assert.All(items, item => Assert.Equal(ItemOutcome.Ok, item.Outcome));
        Assert.Equal(items.Select(item => item.StartedAt).Order(), items.Select(item => item.StartedAt));
        Assert.Equal([1, 8, 8, 8, 6], simulation.Sizes);
        simulation.AssertConserved();
    }

    [Fact]
    public void Overflow_Wait_LeavesTheDoorWhenCancelled()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueuedRows = 1 }, Affine);
        simulation.Arrive(0, key: 9);
        simulation.Arrive(1, waits: true);
        var left = simulation.Arrive(1, waits: true);
        simulation.Cancel(2, left);
        simulation.Run();

        Assert.Equal((2, ItemOutcome.Cancelled), (left.AnsweredAt, left.Outcome));
        Assert.Equal(0, simulation.Core.RowsAtDoor);
        simulation.AssertConserved();
    }

    private static void Learn(BatchScheduler core)
    {
        for (var i = 0; AnchorGrid.Value(i) <= 8; i++)
        {
            core.Curve.Seed(AnchorGrid.Value(i), 0, Ns(10 + AnchorGrid.Value(i)), 4, 0);
        }
    }
}
