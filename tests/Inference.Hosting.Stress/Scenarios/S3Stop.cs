// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>A thousand stops, each at a random moment of a busy model.</summary>
internal sealed class S3Stop : IScenario
{
    private const int Most = 1000;

    public string Name => "S3 stop";

    public async Task<string> RunAsync(StressRun run)
    {
        var random = new Random(run.Seed);
        var (stops, total) = (0, 0L);
        var memory = new MemoryLevel();
        for (; stops < Most && !run.IsOver; stops++)
        {
            var served = await Served.StartAsync(run, new StressEngine(run), instances: 1 + (stops % 3), batching: options =>
                options.MaxQueueDelay = TimeSpan.FromMilliseconds(random.Next(2)));
            var plan = new CallerPlan { MaxRows = 40, CancelShare = 0.1, Allowed = [InferenceErrorCode.NotReady] };
            var callers = served.CallAsync(8, plan, () => true);
            await Task.Delay(random.Next(3));
            Thread.SpinWait(random.Next(20_000));
            if (stops % 2 == 0)
            {
                served.Model.Queue.Stop();
            }

            var first = served.Model.DisposeAsync().AsTask();
            run.Expect(ReferenceEquals(first, served.Model.DisposeAsync().AsTask()), "The second stop does not return the first's task.");
            await first;
            await callers;
            await served.CheckAsync(isServing: false);
            await served.DisposeAsync();
            total += served.Tally.Sent;
        }

        memory.Check(run);
        return $"{stops} stops, {total} requests";
    }
}
