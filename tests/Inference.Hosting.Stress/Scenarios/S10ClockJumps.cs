// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>The wall clock jumps by hours in both directions, and the monotonic one by minutes as after a machine slept.</summary>
internal sealed class S10ClockJumps : IScenario
{
    public string Name => "S10 clock jumps";

    public async Task<string> RunAsync(StressRun run)
    {
        var time = new JumpingTime();
        await using var served = await Served.StartAsync(run, new StressEngine(run), time: time);
        var memory = new MemoryLevel();
        var jumps = 0;
        var plan = new CallerPlan
        {
            MaxRows = 50,
            CancelShare = 0.1,
            Time = time,
            ChecksTime = false,
            Deadline = TimeSpan.FromMinutes(10),
            Allowed = [InferenceErrorCode.DeadlineExceeded, InferenceErrorCode.QueueFull],
        };
        var callers = served.CallAsync(32, plan);
        while (!run.IsOver)
        {
            await Task.Delay(Random.Shared.Next(1, 20));
            time.Jump();
            jumps++;
        }

        await callers;
        await served.CheckAsync();
        run.Expect(served.Tally.Ok > served.Tally.Sent / 10, $"Hardly anything was answered: {served.Tally}.");
        memory.Check(run);
        return $"{jumps} jumps, {served.Tally}";
    }

    private sealed class JumpingTime : TimeProvider
    {
        private long _wall;
        private long _monotonic;

        public void Jump()
        {
            Interlocked.Add(ref _wall, Random.Shared.NextInt64(-4, 5) * TimeSpan.TicksPerHour);
            if (Random.Shared.Next(10) == 0)
            {
                Interlocked.Add(ref _monotonic, Random.Shared.NextInt64(1, 60) * TimestampFrequency);
            }
        }

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _wall));

        public override long GetTimestamp() => base.GetTimestamp() + Interlocked.Read(ref _monotonic);
    }
}
