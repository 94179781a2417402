// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Batching;

public sealed class RaggedTests
{
    private static readonly int[] _lengths = [8, 16, 32, 64, 128, 256, 512, 1024];

    [Fact]
    public void Ragged_NearestOfOldest()
    {
        var byTokens = Offer((rows, length) => 10 + (0.1 * rows * length));
        Assert.Equal([64, 504], byTokens.Runs.Skip(1).Select(run => run.Length));
        Assert.Equal([58, 60, 64], byTokens.Runs[1].Items.Select(item => item.Length).Order());
        Assert.Equal([490, 500], byTokens.Runs[2].Items.Select(item => item.Length).Order());
        Assert.Equal(BatchCloseReason.Padding, byTokens.Runs[1].Reason);

        var byRows = Offer(Affine);
        Assert.Equal([(5, 504)], byRows.Runs.Skip(1).Select(run => (run.Rows, run.Length)));

        static SchedulerSimulation Offer(Func<int, int, double> time)
        {
            var simulation = new SchedulerSimulation(Settings, time, learn: _lengths);
            simulation.Arrive(0, key: 9, length: 8);
            foreach (var length in new[] { 60, 500, 64, 58, 490 })
            {
                simulation.Arrive(1, length: length);
            }

            simulation.Run();
            simulation.AssertConserved();
            return simulation;
        }
    }

    [Fact]
    public void Ragged_TokenBudget()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxBatch = 64, TokenBudget = 1024 }, Affine, learn: _lengths);
        simulation.Arrive(0, key: 9, length: 8);
        for (var i = 0; i < 10; i++)
        {
            simulation.Arrive(1, length: 120);
        }

        simulation.Run();

        Assert.Equal([8, 2], simulation.Sizes.Skip(1));
        Assert.Equal(BatchCloseReason.TokenBudget, simulation.Runs[1].Reason);
        simulation.AssertConserved();
    }

    [Fact]
    public void Ragged_AboveBudget_RunsAlone()
    {
        var simulation = new SchedulerSimulation(Settings with { TokenBudget = 100 }, Affine);
        simulation.Arrive(0, length: 500);
        simulation.Arrive(0, length: 500);
        simulation.Run();
        Assert.Equal([1, 1], simulation.Sizes);
    }

    [Fact]
    public void Ragged_LongNeverStarves()
    {
        var simulation = new SchedulerSimulation(
            Settings with { MaxQueuedRows = 1 << 20, MaxQueueTime = long.MaxValue / 4 },
            (rows, length) => 4 + (0.125 * rows * length),
            learn: _lengths);
        var random = new Random(7);
        for (var i = 0; i < 2000; i++)
        {
            simulation.Arrive(i * 5, length: random.Next(8, 64));
        }

        var item = simulation.Arrive(500, length: 1000);
        simulation.Run();

        // What was ahead of it goes first, no more.
        var ahead = simulation.Items.Where(other => other.ArrivedAt <= 500 && other.AnsweredAt > 500).Sum(other => 4 + (0.125 * 64));
        Assert.InRange(item.StartedAt - item.ArrivedAt, 0, ahead + (8 * 12));
        simulation.AssertConserved();
    }

    [Fact]
    public void ExpensiveShapes_UseTheGrid()
    {
        var settings = Settings with { ShapesAreExpensive = true };
        var lengths = Enumerable.Range(1, 512).Select(settings.Pad).Distinct().ToArray();
        Assert.True(lengths.Length <= 18, string.Join(',', lengths));
        Assert.All(Enumerable.Range(1, 512), length => Assert.True(settings.Pad(length) >= length));
    }
}
