// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>A thread collects and compacts without end while returned buffers are overwritten: whoever reads late, or moves wrongly, shows.</summary>
internal sealed class S11GarbageCollector : IScenario
{
    public string Name => "S11 garbage collector and poisoned buffers";

    public async Task<string> RunAsync(StressRun run)
    {
        var wasPoisoned = TensorBufferPool.Poison;
        TensorBufferPool.Poison = true;
        try
        {
            // Wide enough that outputs are rented, not kept.
            await using var served = await Served.StartAsync(run, new StressEngine(run, width: -1));
            var memory = new MemoryLevel();
            var collections = 0;
            var collector = new Thread(() =>
            {
                for (; !run.IsOver; collections++)
                {
                    GC.Collect(collections % 8 == 0 ? 2 : 0, GCCollectionMode.Forced, blocking: true, compacting: true);
                    Thread.Yield();
                }
            });
            collector.Start();
            await served.CallAsync(32, new CallerPlan
            {
                MaxRows = 40,
                CancelShare = 0.2,
                PoisonShare = 0.01,
                TextShare = 0.5,
                Width = random => random.Next(4) == 0 ? 600 : 4,
            });
            collector.Join();
            await served.CheckAsync();
            memory.Check(run);
            return $"{collections} collections, {served.Tally}";
        }
        finally
        {
            TensorBufferPool.Poison = wasPoisoned;
        }
    }
}
