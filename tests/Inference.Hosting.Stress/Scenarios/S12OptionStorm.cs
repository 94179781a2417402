// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>Options change a thousand times a second under load.</summary>
internal sealed class S12OptionStorm : IScenario
{
    public string Name => "S12 option storm";

    public async Task<string> RunAsync(StressRun run)
    {
        await using var served = await Served.StartAsync(run, new StressEngine(run), maxBatch: 64);
        var memory = new MemoryLevel();
        var random = new Random(run.Seed);
        var changes = 0;
        var callers = served.CallAsync(32, new CallerPlan
        {
            MaxRows = 100,
            CancelShare = 0.1,
            PoisonShare = 0.005,
            Tenant = own => $"tenant {own.Next(5)}",
            Overflow = InferenceOverflow.Wait,

            // A request larger than the smallest queue can be refused for good.
            Allowed = [InferenceErrorCode.QueueFull, InferenceErrorCode.PayloadTooLarge],
        });
        var settings = served.Model.Queue.With((scheduler, _) => scheduler.Settings);
        for (; !run.IsOver; changes++)
        {
            served.Model.Queue.Apply(settings with
            {
                MaxBatch = random.Next(1, 65),
                AllowedSizes = random.Next(3) == 0 ? [4, 16, 64] : [],
                MaxQueueDelay = random.Next(3) * 500_000L,
                MaxQueuedRows = random.Next(20, 2000),
                MaxRunTime = random.Next(2) == 0 ? long.MaxValue : 1_000_000,
                RejoinWindow = random.Next(2) == 0 ? null : 0,
                Levels = random.Next(2, 6),
                AgeStep = random.Next(3) * 1_000_000L,
                Tenants = Enumerable.Range(0, random.Next(5)).ToDictionary(i => $"tenant {i}", _ => random.Next(1, 10)),
            });
            await Task.Delay(1);
        }

        served.Model.Queue.Apply(settings);
        await callers;
        await served.CheckAsync();
        memory.Check(run);
        return $"{changes} changes, {served.Tally}";
    }
}
