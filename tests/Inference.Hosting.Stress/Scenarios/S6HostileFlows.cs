// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>Callers with ten thousand names and ten thousand shapes flood the queue; one named tenant is never refused, and memory stays flat.</summary>
internal sealed class S6HostileFlows : IScenario
{
    private const int Keys = 10_000;

    public string Name => "S6 hostile flows";

    public async Task<string> RunAsync(StressRun run)
    {
        var isArmed = false;
        var engine = new StressEngine(run, width: -1)
        {
            OnStage = stage =>
            {
                if (stage == StressEngine.Stage.Execute && Volatile.Read(ref isArmed))
                {
                    Thread.SpinWait(2000);
                }
            },
        };
        await using var served = await Served.StartAsync(
            run,
            engine,
            queue: options =>
            {
                options.MaxQueuedRows = 256;
                options.Tenants["good"] = 1;
            });
        Volatile.Write(ref isArmed, true);
        var hostile = new CallerPlan
        {
            MaxRows = 8,
            TextShare = 0,
            Overflow = InferenceOverflow.Reject,
            Tenant = random => $"key {random.Next(Keys)}",
            Width = random => random.Next(1, random.Next(10) == 0 ? Keys : 100),
            Pause = TimeSpan.FromMilliseconds(5),
            Allowed = [InferenceErrorCode.QueueFull],
        };
        var good = new CallerPlan { TextShare = 0, Overflow = InferenceOverflow.Reject, Tenant = _ => "good" };
        var goodTally = new Tally();
        await served.CallAsync(300, hostile, () => false);
        var memory = new MemoryLevel();

        var friend = new Caller(run, served.Model, goodTally, good, run.Seed).RunAsync(() => !run.IsOver);
        await served.CallAsync(300, hostile);
        await friend;

        run.Expect(served.Tally.Full > 0, "The queue was never full.");
        run.Equal(0, goodTally.Full, "Requests of the good tenant that were refused");
        Add(served.Tally, goodTally);
        await served.CheckAsync();
        memory.Check(run);
        return $"good: {goodTally.Ok} ok; all: {served.Tally}";
    }

    private static void Add(Tally to, Tally from)
    {
        to.Sent += from.Sent;
        to.Ok += from.Ok;
        to.OkRows += from.OkRows;
        to.Full += from.Full;
    }
}
