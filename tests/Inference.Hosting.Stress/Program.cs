// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using Inference.Hosting.Stress;
using Inference.Hosting.Stress.Scenarios;

IScenario[] scenarios =
[
    new S1Conservation(), new S2Reload(), new S3Stop(), new S4EngineThrows(), new S5Stalls(), new S6HostileFlows(),
    new S7PoolStarvation(), new S10ClockJumps(), new S11GarbageCollector(), new S12OptionStorm(),
];
var (seconds, seed, only) = (45, 1, (string?)null);
for (var i = 0; i + 1 < args.Length; i += 2)
{
    switch (args[i])
    {
        case "--seconds":
            seconds = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--seed":
            seed = int.Parse(args[i + 1], CultureInfo.InvariantCulture);
            break;
        case "--scenario":
            only = args[i + 1];
            break;
        default:
            return Usage();
    }
}

var chosen = scenarios.Where(scenario => only is null || scenario.Name.StartsWith(only + " ", StringComparison.Ordinal)).ToList();
if (args.Length % 2 != 0 || chosen.Count == 0)
{
    return Usage();
}

var failed = 0;
foreach (var scenario in chosen)
{
    var run = new StressRun(scenario.Name, seed, TimeSpan.FromSeconds(seconds * scenario.Share / chosen.Sum(other => other.Share)));
    var started = Stopwatch.GetTimestamp();
    var summary = await run.GuardAsync(() => scenario.RunAsync(run));
    failed += run.HasFailed ? 1 : 0;
    Console.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{(run.HasFailed ? "FAILED" : "ok    ")} {scenario.Name}: {summary} ({Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, seed {seed})"));
    foreach (var violation in run.Violations)
    {
        Console.WriteLine($"       {violation}");
    }
}

return failed == 0 ? 0 : 1;

int Usage()
{
    Console.WriteLine($"""
        --seconds N    for all scenarios together; 45 unless given. S1 ends early at a million requests, S3 at a thousand stops.
        --seed N       another run; 1 unless given
        --scenario X   one of {string.Join(", ", scenarios.Select(scenario => scenario.Name.Split(' ')[0]))}
        """);
    return 2;
}
