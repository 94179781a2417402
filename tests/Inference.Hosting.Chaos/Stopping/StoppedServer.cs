// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Serving;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>The process that is stopped. It says where it listens, and at its end what it has counted.</summary>
internal static class StoppedServer
{
    public const string Listens = "LISTENS";

    public const string Counted = "COUNTED";

    public static readonly string[] Models = ["slow", "quick"];

    public static async Task RunAsync(TimeSpan linger)
    {
        var watch = new Watch();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(ChaosApp.Listen);
        ChaosModels.AddSlow(builder.Services, "slow", TimeSpan.FromMilliseconds(60), 1024);
        ChaosModels.AddSlow(builder.Services, "quick", TimeSpan.FromMilliseconds(1), 1024);
        watch.Over(builder.Services);
        if (linger > TimeSpan.Zero)
        {
            builder.Services.AddHostedService(_ => new Linger(linger));
        }

        await using (var app = builder.Build())
        {
            app.MapInference();
            await app.StartAsync();
            await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
            Console.WriteLine($"{Listens} {string.Join(' ', app.Urls)}");
            await app.WaitForShutdownAsync();
        }

        foreach (var load in watch.All)
        {
            var statistics = load.Statistics;
            Console.WriteLine($"{Counted} {load.Model} {statistics.Success.Count} {statistics.Fail.Count} {statistics.Cancel.Count}");
        }
    }
}
