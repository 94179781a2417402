// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Batching;

public sealed class RunTimeCurveTests
{
    private static readonly int[] _sizes = [1, 2, 4, 8, 16, 32, 64];

    [Theory]
    [InlineData("MLP", 16, 1.07, 1.11, 1.35, 1.75, 2.9, 5.9, 11.7)]
    [InlineData("BERT", 6, 13.5, 18.8, 36d, 69d, 142d, 285d, 555d)]
    [InlineData("CNN", 1, 2.2, 4.4, 8.9, 17d, 35d, 71d, 141d)]
    [InlineData("GPU-like", 64, 5.15, 5.3, 5.6, 6.2, 7.4, 9.8, 14.6)]
    public void Knee(string name, int expected, params double[] times)
    {
        var curve = new RunTimeCurve();
        for (var i = 0; i < times.Length; i++)
        {
            curve.Seed(_sizes[i], 0, Ns(times[i]), 4, 0);
        }

        var settings = new SchedulerSettings { MaxBatch = 64 };
        Assert.True(expected == new RowCap(curve).Get(0, settings, 0), name);
    }

    [Fact]
    public void Estimator_ClipsOutlier()
    {
        var curve = new RunTimeCurve();
        for (var i = 0; i < 200; i++)
        {
            curve.Observe(8, 0, Ns(i % 2 == 0 ? 19 : 21), i);
        }

        var before = Math.Log(curve.Time(8, 0));
        curve.Observe(8, 0, Ns(200), 200);

        // The running mean of |r| is 0.05, times 1.25.
        Assert.InRange(Math.Log(curve.Time(8, 0)) - before, 0.001, 0.05 * 3 * 0.05 * 1.25 * 1.2);
        for (var i = 0; i < 5; i++)
        {
            curve.Observe(8, 0, Ns(200), 201 + i);
        }

        Assert.Equal(200, curve.Time(8, 0) / 1e6, 0.001);
    }

    [Fact]
    public void Estimator_OneSidedNoise_BreaksTheStreak()
    {
        var curve = new RunTimeCurve();
        for (var i = 0; i < 200; i++)
        {
            curve.Observe(8, 0, Ns(i % 6 == 5 ? 100 : 20), i);
        }

        Assert.InRange(curve.Time(8, 0) / 1e6, 19, 26);
    }

    [Fact]
    public void Estimator_Monotone()
    {
        var random = new Random(1);
        var curve = new RunTimeCurve();
        for (var i = 0; i < 5000; i++)
        {
            var rows = random.Next(1, 65);
            curve.Observe(rows, 0, Ns((5 + (0.02 * rows)) * (0.5 + random.NextDouble())), i);
            if (i % 100 == 0)
            {
                var times = Enumerable.Range(1, 100).Select(size => curve.Time(size, 0)).ToArray();
                Assert.All(times.Zip(times.Skip(1)), pair => Assert.True(pair.First <= pair.Second + 1e-6));
            }
        }

        Assert.InRange(curve.Time(32, 0) / 1e6, 4, 7);
    }

    [Fact]
    public void Time_LengthNeverSeen_ScalesTheNearest()
    {
        var curve = new RunTimeCurve();
        curve.Seed(4, 64, Ns(10), 4, 0);
        Assert.Equal(20, curve.Time(4, 128) / 1e6, 0.001);
        curve.Seed(4, 256, Ns(34), 4, 0);
        Assert.Equal(18, curve.Time(4, 128) / 1e6, 0.001);
    }

    [Fact]
    public void Drift_MovesAllSizes()
    {
        var curve = new RunTimeCurve();
        foreach (var size in _sizes)
        {
            curve.Seed(size, 0, Ns(10 + size), 4, 0);
        }

        for (var i = 0; i < 200; i++)
        {
            curve.Observe(16, 0, Ns(26 * 1.3), i);
        }

        Assert.InRange(curve.Time(16, 0) / 1e6, 26 * 1.28, 26 * 1.32);
        Assert.True(curve.Time(8, 0) / 1e6 > 18.5);
    }

    [Fact]
    public void RowCap_MovesOnlyAfterThreeWins()
    {
        var curve = new RunTimeCurve();
        var settings = new SchedulerSettings { MaxBatch = 8 };
        var cap = new RowCap(curve);
        Seed(1);
        Assert.Equal(1, cap.Get(0, settings, 0));
        Seed(0.1);
        for (var i = 0; i < 191; i++)
        {
            cap.Ran(0, settings, 0);
        }

        Assert.Equal(1, cap.Get(0, settings, 0));
        cap.Ran(0, settings, 0);
        Assert.Equal(8, cap.Get(0, settings, 0));

        void Seed(double slope)
        {
            foreach (var size in new[] { 1, 2, 3, 4, 6, 8 })
            {
                curve.Seed(size, 0, Ns(10 * (1 + ((size - 1) * slope))), 4, 0);
            }
        }
    }

    [Fact]
    public void MaxRunTime_LowersTheCap()
    {
        var simulation = new SchedulerSimulation(Settings with { MaxRunTime = Ns(15.5) }, Affine, learn: [0]);
        simulation.Arrive(0, rows: 10);
        simulation.Run();
        Assert.Equal([5, 5], simulation.Sizes);
    }

    [Fact]
    public void AnchorGrid_FloorAndNearest()
    {
        for (var size = 1; size < 70_000; size++)
        {
            var floor = AnchorGrid.Floor(size);
            Assert.True(AnchorGrid.Value(floor) <= size);
            Assert.True(floor == AnchorGrid.Count - 1 || AnchorGrid.Value(floor + 1) > size);
        }

        Assert.Equal([1, 2, 3, 4, 6, 8, 12, 16], Enumerable.Range(0, 8).Select(AnchorGrid.Value));
        Assert.Equal(12, AnchorGrid.Value(AnchorGrid.Nearest(10)));
    }
}
