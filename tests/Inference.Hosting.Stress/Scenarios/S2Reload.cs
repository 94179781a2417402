// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>The version is loaded anew every 200 ms under load: not one request fails.</summary>
internal sealed class S2Reload : IScenario
{
    public string Name => "S2 reload";

    public async Task<string> RunAsync(StressRun run)
    {
        var engines = new List<StressEngine>();
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Services.AddModel("stress")
            .WithWarmup(options => options.Budget = TimeSpan.FromMilliseconds(20))
            .UseEngine((_, _) =>
            {
                var engine = new StressEngine(run);
                lock (engines)
                {
                    engines.Add(engine);
                }

                return new(engine);
            });
        using var host = builder.Build();
        await host.StartAsync();
        var catalog = host.Services.GetRequiredService<IModelCatalog>();
        await catalog.WaitUntilReadyAsync();
        var client = host.Services.GetRequiredKeyedService<IInferenceClient>("stress");
        var memory = new MemoryLevel();
        var tally = new Tally();
        var plan = new CallerPlan { MaxRows = 100, CancelShare = 0.1 };
        var callers = Enumerable.Range(0, 32).Select(i => new Caller(run, client, tally, plan, run.Seed + i).RunAsync(() => !run.IsOver)).ToArray();
        var reloads = 0;
        while (!run.IsOver)
        {
            await Task.Delay(200);
            await catalog.LoadAsync("stress");
            reloads++;
        }

        await Task.WhenAll(callers);
        await host.StopAsync();
        await host.StopAsync();
        run.Equal(tally.Sent, tally.Ok + tally.Cancelled, "I1: every request is answered or its caller left");
        run.Equal(reloads + 1, engines.Count, "Engines loaded");
        run.Expect(engines.All(engine => engine.IsDisposed), "An engine was left behind.");
        memory.Check(run);
        return $"{reloads} reloads, {tally}";
    }
}
