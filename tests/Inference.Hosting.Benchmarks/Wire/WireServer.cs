// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>The process that serves: all models, all ways, and counters of what it spends.</summary>
internal static class WireServer
{
    public const string Switch = "--serve";
    public const string Counters = "/counters";

    /// <summary>Serves until the standard input ends, which it does when the process that started this one is gone.</summary>
    public static async Task RunAsync()
    {
        var models = WireModel.CreateAll();
        var builder = CreateBuilder();
        foreach (var model in models)
        {
            builder.Services.AddModel(model.Key).UseOnnxRuntime(model.Model.Bytes);
        }

        foreach (var way in WireWays.All)
        {
            way.Configure(builder);
        }

        await using var app = builder.Build();
        app.MapInference();
        foreach (var way in WireWays.All)
        {
            way.Map(app, models);
        }

        await ServeAsync(app).ConfigureAwait(false);
    }

    /// <summary>Starts, tells where it listens when all is warm, and serves until the standard input ends.</summary>
    public static async Task ServeAsync(WebApplication app)
    {
        app.MapPost(Counters, CountAsync);
        await app.StartAsync().ConfigureAwait(false);
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().ConfigureAwait(false);
        var ports = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>()
            .Addresses.Select(address => new IPEndPoint(IPAddress.Loopback, new Uri(address).Port)).ToList();
        Console.WriteLine(new WireAddress(ports[0], ports[1]));
        await Console.In.ReadToEndAsync().ConfigureAwait(false);
    }

    /// <summary>A silent app with a port for each version of HTTP.</summary>
    public static WebApplicationBuilder CreateBuilder()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        return builder;
    }

    private static Task CountAsync(HttpContext context)
        => context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture, $"{Environment.CpuUsage.TotalTime.Ticks} {GC.GetTotalAllocatedBytes(precise: true)}"));
}
