// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>Runs take 1 to 500 ms, callers have 50 ms: they are answered in time, also while every instance is busy.</summary>
internal sealed class S5Stalls : IScenario
{
    private const int Patience = 50;

    // Grain of the timer, and what a busy machine may add.
    private const int Slack = 10 + 60;

    public string Name => "S5 stalls";

    public async Task<string> RunAsync(StressRun run)
    {
        var isArmed = false;
        var engine = new StressEngine(run)
        {
            OnStage = stage =>
            {
                if (stage == StressEngine.Stage.Execute && Volatile.Read(ref isArmed))
                {
                    // Most runs are short, so that callers are let in; the rest keep them waiting.
                    Thread.Sleep(Random.Shared.Next(8) == 0 ? Random.Shared.Next(1, 500) : 1);
                }
            },
        };
        await using var served = await Served.StartAsync(run, engine);
        var memory = new MemoryLevel();
        Volatile.Write(ref isArmed, true);
        var waits = new ConcurrentBag<double>();
        var plan = new CallerPlan
        {
            Deadline = TimeSpan.FromMilliseconds(Patience),
            Overflow = InferenceOverflow.Reject,
            Pause = TimeSpan.FromMilliseconds(2),
            Allowed = [InferenceErrorCode.DeadlineExceeded, InferenceErrorCode.QueueFull],
        };
        await Task.WhenAll(Enumerable.Range(0, 16).Select(i =>
            new Caller(run, served.Model, served.Tally, plan, run.Seed + i)
            {
                OnAnswer = (code, elapsed) =>
                {
                    // Refusals at the door would flatter the figure.
                    if (code is null || elapsed.TotalMilliseconds > Patience / 2)
                    {
                        waits.Add(elapsed.TotalMilliseconds);
                    }
                },
            }.RunAsync(() => !run.IsOver)));

        await served.CheckAsync();
        double[] sorted = [.. waits.Order()];
        var p95 = sorted[(int)(sorted.Length * 0.95)];
        run.Expect(p95 < Patience + Slack, $"95 % of the answers took up to {p95:0} ms for a deadline of {Patience} ms.");
        run.Expect(served.Tally.Expired > 0, "Nothing expired.");
        memory.Check(run);
        return $"answers within {p95:0.0} ms (p95), {sorted[^1]:0.0} ms at most, {served.Tally}";
    }
}
