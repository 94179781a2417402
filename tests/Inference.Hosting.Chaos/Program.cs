// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos;
using Inference.Hosting.Chaos.Checks;
using Inference.Hosting.Chaos.Stopping;

if (ChaosOptions.Parse(args) is not { } options)
{
    Console.WriteLine(ChaosOptions.Usage);
    return 2;
}

if (options.Serve is { } linger)
{
    await StoppedServer.RunAsync(linger);
    return 0;
}

var failures = 0L;
if (options.RunsChaos)
{
    var run = new ChaosRun(options.Seed, options.Time, options.Requests);
    Print(run, await new ChaosProgram(run).RunAsync());
}

if (options.RunsStop)
{
    foreach (var time in (TimeSpan[])[TimeSpan.FromSeconds(1), TimeSpan.Zero])
    {
        var run = new ChaosRun(options.Seed, TimeSpan.FromMinutes(2), long.MaxValue);
        Print(run, await new StopUnderLoad(run, time).RunAsync());
    }
}

return failures == 0 ? 0 : 1;

void Print(ChaosRun run, string figures)
{
    failures += run.Failures;
    Console.WriteLine(figures);
    foreach (var violation in run.Violations)
    {
        Console.WriteLine($"       {violation}");
    }

    if (options.Report is not null)
    {
        File.AppendAllLines(options.Report, [figures]);
    }
}
