// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Chaos.Checks;
using Inference.Hosting.Chaos.Doors;
using Inference.Hosting.Chaos.Serving;

namespace Inference.Hosting.Chaos.Calls;

/// <summary>One caller at one door: sends, checks, and goes on.</summary>
internal sealed class Caller(ChaosRun run, IDoor door, SwapFolder folder, int seed)
{
    private readonly CallMaker _maker = new(seed, run.Tally.Next);
    private readonly ReplyCheck _check = new(run, folder);

    public async Task RunAsync(Func<bool> goesOn)
    {
        // Off the thread that starts all callers.
        await Task.Yield();
        while (goesOn())
        {
            var call = _maker.Next(door.Kinds, door.Damages);
            var live = folder.Live;
            var start = Stopwatch.GetTimestamp();
            var reply = await run.WatchAsync($"{door.Name}: {call}", () => door.CallAsync(call)) ?? Reply.Broken("it never ended well");
            var elapsed = Stopwatch.GetElapsedTime(start);
            run.Tally.Count(door.Name, door.Composes ?? call.Model, call, reply);
            _check.Check(door.Name, call, reply, door.Composes is not null, live, elapsed);
            if (reply.Outcome is Outcome.Full or Outcome.NotReady)
            {
                // Refused callers leave the processor to others; a second, as they are asked to, would leave nothing to refuse.
                await Task.Delay(1);
            }
        }
    }
}
