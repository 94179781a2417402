// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>64 callers, 30 % leave at a random moment, requests larger than a batch, 1 % poison, two instances, memory written over at once.</summary>
internal sealed class S1Conservation : IScenario
{
    private const int Most = 1_000_000;

    public string Name => "S1 conservation";

    public double Share => 3;

    public async Task<string> RunAsync(StressRun run)
    {
        await using var served = await Served.StartAsync(run, new StressEngine(run));
        var plan = new CallerPlan { MaxRows = 50, CancelShare = 0.3, PoisonShare = 0.01 };
        await served.CallAsync(64, plan, () => false);
        var memory = new MemoryLevel();

        await served.CallAsync(64, plan, () => !run.IsOver && Volatile.Read(ref served.Tally.Sent) < Most);

        await served.CheckAsync();
        memory.Check(run);
        return $"{served.Tally}";
    }
}
