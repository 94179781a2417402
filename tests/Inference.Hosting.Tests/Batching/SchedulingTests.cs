// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Batching;

public sealed class SchedulingTests
{
    [Fact]
    public void LoneRequest_StartsAtOnce()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        var item = simulation.Arrive(0);
        simulation.Run();

        Assert.Equal(0, item.StartedAt);
        Assert.Equal(11, item.AnsweredAt);
        Assert.Equal(item.Arrival, item.LastTaken);
        simulation.AssertConserved();
    }

    [Fact]
    public void LateJoin()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        foreach (var at in new[] { 0, 1, 2, 3, 10.9 })
        {
            simulation.Arrive(at);
        }

        simulation.Run();

        Assert.Equal([1, 4], simulation.Sizes);
        Assert.Equal(11, simulation.Runs[1].Start);
        Assert.Equal(25, simulation.Runs[1].End);
        Assert.Equal(BatchCloseReason.Drained, simulation.Runs[1].Reason);
        simulation.AssertConserved();
    }

    [Fact]
    public void RowCap()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        simulation.Arrive(0, key: 1);
        for (var i = 0; i < 20; i++)
        {
            simulation.Arrive(1);
        }

        simulation.Run();

        Assert.Equal([1, 8, 8, 4], simulation.Sizes);
        Assert.Equal(BatchCloseReason.RowCap, simulation.Runs[1].Reason);
        Assert.Equal(BatchCloseReason.Drained, simulation.Runs[3].Reason);
        simulation.AssertConserved();
    }

    [Fact]
    public void LaneOrder()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        var items = Enumerable.Range(0, 40).Select(i => simulation.Arrive(i * 0.5, rows: 1 + (i % 3))).ToArray();
        simulation.Run();

        Assert.Equal(items.Select(item => item.StartedAt).Order(), items.Select(item => item.StartedAt));
        Assert.Equal(items.Select(item => item.AnsweredAt).Order(), items.Select(item => item.AnsweredAt));
        simulation.AssertConserved();
    }

    [Fact]
    public void Oversize_SplitsAndJoins()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        var large = simulation.Arrive(0, rows: 20);
        var behind = simulation.Arrive(0.5);
        simulation.Run();

        Assert.Equal([8, 8, 5], simulation.Sizes);
        Assert.Equal(20, large.DoneRows);
        Assert.Equal(1, large.Answers);
        Assert.Equal(behind.AnsweredAt, large.AnsweredAt);
        Assert.Equal(8, large.BatchSize);
        simulation.AssertConserved();
    }

    [Fact]
    public void Oversize_FillsRoom()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        simulation.Arrive(0, key: 1);
        simulation.Arrive(1, rows: 5);
        simulation.Arrive(1, rows: 6);
        simulation.Run();

        Assert.Equal([1, 8, 3], simulation.Sizes);
        simulation.AssertConserved();
    }

    [Fact]
    public void ShapesNeverMix()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        simulation.Arrive(0, key: 99);
        var first = simulation.Arrive(1, key: 3);
        var second = simulation.Arrive(2, key: 4);
        var third = simulation.Arrive(3, key: 3);
        simulation.Run();

        Assert.Equal([first, third], simulation.Runs[1].Items);
        Assert.Equal([second], simulation.Runs[2].Items);
        simulation.AssertConserved();
    }

    [Fact]
    public void TooManyShapes_NeverMix()
    {
        var simulation = new SchedulerSimulation(Settings, Affine);
        simulation.Arrive(0, key: 99_999);
        for (var i = 0; i < 1000; i++)
        {
            simulation.Arrive(1, key: i % 500);
        }

        simulation.Run();

        Assert.All(simulation.Runs, run => Assert.Single(run.Items.Select(item => item.Key).Distinct()));
        Assert.All(simulation.Items, item => Assert.Equal(1, item.Answers));
        Assert.Equal(501, simulation.Runs.Count);
        simulation.AssertConserved();
    }

    [Fact]
    public void Delay_FromOldest()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueueDelay = Ns(5) }, Affine);
        simulation.Arrive(0);
        simulation.Arrive(4);
        simulation.Run();

        var run = Assert.Single(simulation.Runs);
        Assert.Equal((5, 2, BatchCloseReason.Delay), (run.Start, run.Rows, run.Reason));
        simulation.AssertConserved();
    }

    [Fact]
    public void Delay_EndsWhenFull()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueueDelay = Ns(5) }, Affine);
        simulation.Arrive(0, rows: 3);
        simulation.Arrive(2, rows: 5);
        simulation.Run();

        var run = Assert.Single(simulation.Runs);
        Assert.Equal((2, 8, BatchCloseReason.RowCap), (run.Start, run.Rows, run.Reason));
        simulation.AssertConserved();
    }

    [Fact]
    public void Delay_EndsForDeadline()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueueDelay = Ns(50) }, Affine, learn: [0]);
        simulation.Arrive(0, deadline: 40);
        simulation.Run();

        // 40 - 1.2·11 = 26.8, and the timer may be late by its grain of 10 ms.
        Assert.Equal(16.8, Assert.Single(simulation.Runs).Start, 0.001);
        simulation.AssertConserved();
    }

    [Fact]
    public void Bytes_CloseTheBatch()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxBatchBytes = 12 }, Affine);
        simulation.Arrive(0, rows: 7);
        simulation.Run();

        Assert.Equal([3, 3, 1], simulation.Sizes);
        simulation.AssertConserved();
    }

    [Fact]
    public void TwoInstances_SplitWhenItPays()
    {
        var steep = new SchedulerSimulation(Settings with { MaxBatch = 16 }, Affine, instances: 2, learn: [0]);
        steep.Arrive(0, rows: 12);
        steep.Run();
        Assert.Equal([6, 6], steep.Sizes);
        Assert.Equal(BatchCloseReason.Split, steep.Runs[0].Reason);
        Assert.Equal(0, steep.Runs[1].Start);

        var flat = new SchedulerSimulation(
            Settings with { MaxBatch = 16 }, (rows, _) => 20 + (0.1 * rows), instances: 2, learn: [0]);
        flat.Arrive(0, rows: 12);
        flat.Run();
        Assert.Equal([12], flat.Sizes);
        steep.AssertConserved();
        flat.AssertConserved();
    }

    [Fact]
    public void Enqueue_WakesOne()
    {
        var core = new BatchScheduler(Settings, 3);
        for (var i = 0; i < 3; i++)
        {
            core.Sleep(i);
        }

        Assert.Equal(0, core.TryEnqueue(new SimItem(), 0).Wake);
        Assert.Equal([false, true, true], core.Instances.All.ToArray().Select(instance => instance.IsAsleep));

        // The chain: what the first leaves behind wakes the second.
        core.TryEnqueue(new SimItem { Key = 1 }, 0);
        core.Sleep(1);
        var result = core.Take(0, 0, new ScheduledBatch(), new Settlements());
        Assert.Equal((TakeKind.Run, 1), (result.Kind, result.Wake));
    }

    [Fact]
    public void AllowedSizes_PadRowsUp()
    {
        var simulation = new SchedulerSimulation(Settings with { AllowedSizes = [2, 8] }, Affine);
        simulation.Arrive(0, rows: 3);
        simulation.Run();

        Assert.Equal((3, 18), (simulation.Runs[0].Rows, simulation.Runs[0].End));
    }

    [Fact]
    public void Rejoin()
    {
        static int Served(long? window)
        {
            var settings = Settings with { RejoinWindow = window };
            var simulation = new SchedulerSimulation(settings, (rows, _) => 5 + (0.15 * rows), learn: [0]);
            var served = 0;
            simulation.Answered = item =>
            {
                served++;
                simulation.Arrive(simulation.Now + 0.05);
            };
            for (var i = 0; i < 8; i++)
            {
                simulation.Arrive(i < 4 ? 0 : 1);
            }

            simulation.Run(2000);
            simulation.AssertConserved();
            return served;
        }

        Assert.True(Served(null) >= 1.6 * Served(0), $"{Served(null)} against {Served(0)}");
    }

    [Fact]
    public void Rejoin_HalvesThatTakeTurns_Merge()
    {
        // Waiting for the others does not pay in one turn, but in every turn after it.
        var settings = Settings with { RejoinWindow = null, MaxBatch = 64 };
        var simulation = new SchedulerSimulation(settings, (rows, _) => 1 + (0.06 * rows), learn: [0]);
        simulation.Answered = _ => simulation.Arrive(simulation.Now + 0.02);
        for (var i = 0; i < 64; i++)
        {
            simulation.Arrive(i < 32 ? 0 : 1);
        }

        simulation.Run(200);

        Assert.All(simulation.Sizes.TakeLast(10), rows => Assert.Equal(64, rows));
        simulation.AssertConserved();
    }

    [Fact]
    public void Rejoin_OpenLoop_HoldsNobodyBack()
    {
        var settings = Settings with { RejoinWindow = null, MaxBatch = 64 };
        var simulation = new SchedulerSimulation(settings, (rows, _) => 1 + (0.06 * rows), learn: [0]);
        for (var i = 0; i < 4000; i++)
        {
            simulation.Arrive(i * 0.1);
        }

        simulation.Run();

        foreach (var (run, before) in simulation.Runs.Skip(1).Zip(simulation.Runs))
        {
            Assert.Equal(Math.Max(before.End, run.Items.Min(item => item.ArrivedAt)), run.Start, 6);
        }

        simulation.AssertConserved();
    }

    [Fact]
    public void Cap_TaughtWrongly_LearnsUnderBacklog()
    {
        // At warm-up sixteen rows took as long as two runs of eight; since then they take little more than one.
        var settings = Settings with { MaxBatch = 16 };
        var simulation = new SchedulerSimulation(settings, (rows, _) => rows > 8 ? 4 + rows : 10, learn: [0]);
        simulation.Time = (rows, _) => 10 + (0.1 * rows);
        simulation.Answered = _ => simulation.Arrive(simulation.Now + 0.02);
        for (var i = 0; i < 32; i++)
        {
            simulation.Arrive(0);
        }

        simulation.Run(10);
        Assert.Equal(8, simulation.Core.Cap.Get(0, settings, 0));
        simulation.Run(60_000);

        Assert.Equal(16, simulation.Core.Cap.Get(0, settings, 0));
        simulation.AssertConserved();
    }

    [Fact]
    public void Rejoin_AfterIdle_StartsAtOnce()
    {
        var simulation = new SchedulerSimulation(Settings with { RejoinWindow = null }, (rows, _) => 5 + (0.15 * rows), learn: [0]);
        var left = 800;
        simulation.Answered = _ =>
        {
            if (left-- > 0)
            {
                simulation.Arrive(simulation.Now + 0.05);
            }
        };
        for (var i = 0; i < 8; i++)
        {
            simulation.Arrive(0);
        }

        simulation.Run();
        var lone = simulation.Arrive(simulation.Now + 1000);
        simulation.Run();

        Assert.Equal(lone.ArrivedAt, lone.StartedAt, 6);
    }
}
