// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>Preparing, filling, running and slicing throw at random, each kind of fault.</summary>
internal sealed class S4EngineThrows : IScenario
{
    public string Name => "S4 engine throws";

    public async Task<string> RunAsync(StressRun run)
    {
        var (isArmed, thrown) = (false, 0);
        var engine = new StressEngine(run)
        {
            OnStage = stage =>
            {
                if (Volatile.Read(ref isArmed) && Random.Shared.Next(200) == 0)
                {
                    Interlocked.Increment(ref thrown);
                    throw Random.Shared.Next(200) switch
                    {
                        0 => new EngineException(EngineFault.DeviceLost, $"{stage} lost the device."),
                        < 60 => new EngineException(EngineFault.Run, $"{stage} failed."),
                        < 90 => new EngineException(EngineFault.Data, $"{stage} found bad data."),
                        < 110 => new EngineException(EngineFault.OutOfMemory, $"{stage} lacks memory."),
                        _ => new InvalidOperationException($"{stage} has a bug."),
                    };
                }
            },
        };
        await using var served = await Served.StartAsync(run, engine);
        var memory = new MemoryLevel();
        Volatile.Write(ref isArmed, true);
        await served.CallAsync(32, new CallerPlan
        {
            MaxRows = 50,
            CancelShare = 0.1,
            Overflow = InferenceOverflow.Reject,
            Allowed = [InferenceErrorCode.EngineFailed, InferenceErrorCode.InvalidInput, InferenceErrorCode.NotReady, InferenceErrorCode.QueueFull],
        });
        Volatile.Write(ref isArmed, false);

        await served.CheckAsync(isServing: false);
        memory.Check(run);
        return $"{thrown} faults, {served.Tally}";
    }
}
