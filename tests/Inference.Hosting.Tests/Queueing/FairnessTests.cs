// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;
using Inference.Hosting.Tests.Batching;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Queueing;

public sealed class FairnessTests
{
    private static readonly Dictionary<string, int> _two = new() { ["a"] = 1, ["b"] = 1 };

    [Fact]
    public void Priority()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxBatch = 1 }, Affine);
        simulation.Arrive(0);
        var low = simulation.Arrive(1, level: 3);
        var high = simulation.Arrive(2, level: 1);
        simulation.Run();

        Assert.Equal((11, 22), (high.StartedAt, low.StartedAt));
        simulation.AssertConserved();
    }

    [Fact]
    public void Ageing()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxBatch = 1, AgeStep = Ns(100) }, Affine);
        for (var i = 0; i < 100; i++)
        {
            simulation.Arrive(i * 11, level: 1);
        }

        var low = simulation.Arrive(0.5, level: 3);
        simulation.Run();

        // Two levels above it, and one run.
        Assert.InRange(low.StartedAt - low.ArrivedAt, 100, 200 + 11);
        simulation.AssertConserved();
    }

    [Fact]
    public void Sfq_Equal()
    {
        var simulation = Blocked(10, _two);
        Flood(simulation, flow: 1, rows: 100);
        Flood(simulation, flow: 2, rows: 10);
        simulation.Run();

        Assert.Equal([(5, 5), (5, 5), (10, 0)], simulation.Runs.Skip(1).Take(3).Select(Split));
        simulation.AssertConserved();
    }

    [Fact]
    public void Sfq_Weights()
    {
        var simulation = Blocked(8, new() { ["a"] = 3, ["b"] = 1 });
        Flood(simulation, flow: 1, rows: 60);
        Flood(simulation, flow: 2, rows: 20);
        simulation.Run();

        Assert.All(simulation.Runs.Skip(1).Take(9), run => Assert.Equal((6, 2), Split(run)));
        simulation.AssertConserved();
    }

    [Fact]
    public void Sfq_NoCreditForIdle()
    {
        var simulation = new SchedulerSimulation(
            Settings with { MaxBatch = 1, Tenants = _two, MaxQueuedRows = 1 << 20, MaxQueueTime = long.MaxValue / 4 }, Affine);
        for (var i = 0; i < 1200; i++)
        {
            simulation.Arrive(i * 10, flow: 1);
        }

        for (var i = 0; i < 100; i++)
        {
            simulation.Arrive(10_000, flow: 2);
        }

        simulation.Run();

        var after = simulation.Runs.Where(run => run.Start > 10_000).Take(100).Select(run => run.Items[0].Flow).ToArray();
        Assert.Equal(50, after.Count(flow => flow == 2));
        Assert.All(after.Zip(after.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        simulation.AssertConserved();
    }

    [Fact]
    public void Sfq_RowsOfLargeRequests_AreTakenOneByOne()
    {
        var simulation = Blocked(8, _two);
        for (var i = 0; i < 4; i++)
        {
            simulation.Arrive(1, rows: 16, flow: 1);
        }

        Flood(simulation, flow: 2, rows: 8);
        simulation.Run();

        Assert.Equal([(4, 4), (4, 4)], simulation.Runs.Skip(1).Take(2).Select(run => (
            run.Rows - run.Items.Count(item => item.Flow == 2), run.Items.Count(item => item.Flow == 2))));
        simulation.AssertConserved();
    }

    [Fact]
    public void QueueShare()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxQueuedRows = 100, Tenants = _two }, Affine);
        simulation.Arrive(0, key: 9);
        Flood(simulation, flow: 1, rows: 120);
        Flood(simulation, flow: 2, rows: 120);
        simulation.Run(2);

        Assert.Equal(80, simulation.Core.Queue.Shares[1].Rows);
        Assert.Equal(16, simulation.Core.Queue.Shares[2].Rows);
        Assert.All(
            simulation.Items.Where(item => item.Refusal != RefusalReason.None),
            item => Assert.Equal(RefusalReason.Share, item.Refusal));
    }

    [Fact]
    public void UnknownKeys_ShareOneFlow()
    {
        var simulation = new SchedulerSimulation(
            Settings with { MaxQueuedRows = 10_000, Tenants = new Dictionary<string, int> { ["named"] = 1 } }, Affine);
        var shares = simulation.Core.Queue.Shares;
        simulation.Arrive(0, key: 9);
        for (var i = 0; i < 1000; i++)
        {
            simulation.Arrive(1, flow: shares.IndexOf($"key-{i}"));
            simulation.Arrive(1, flow: shares.IndexOf("named"));
        }

        simulation.Run(1000);

        var rows = simulation.Runs.Skip(1).SelectMany(run => run.Items).ToArray();
        Assert.InRange(rows.Count(item => item.Flow == 1), (rows.Length / 2) - 8, (rows.Length / 2) + 8);
        Assert.Equal(2, shares.Count);
    }

    [Fact]
    public void Quarantine_KeepsPoisonedFlowAmongItself()
    {
        var simulation = Blocked(8, _two);
        for (var i = 0; i < 11; i++)
        {
            simulation.Core.Queue.Shares[1].CountPoison(0);
        }

        Flood(simulation, flow: 1, rows: 4);
        Flood(simulation, flow: 2, rows: 4);
        simulation.Run();

        Assert.All(simulation.Runs, run => Assert.Single(run.Items.Select(item => item.Flow).Distinct()));
        simulation.AssertConserved();
    }

    private static SchedulerSimulation Blocked(int cap, Dictionary<string, int> tenants)
    {
        var simulation = new SchedulerSimulation(Settings with { MaxBatch = cap, Tenants = tenants, MaxQueuedRows = 10_000 }, Affine);
        simulation.Arrive(0, key: 9);
        return simulation;
    }

    private static void Flood(SchedulerSimulation simulation, int flow, int rows)
    {
        for (var i = 0; i < rows; i++)
        {
            simulation.Arrive(1, flow: flow);
        }
    }

    private static (int First, int Second) Split(SimRun run)
        => (run.Items.Count(item => item.Flow == 1), run.Items.Count(item => item.Flow == 2));
}
