// SPDX-License-Identifier: Apache-2.0

extern alias package;

using System.Globalization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Chaos.Checks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using package::Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>An ordinary web app with real ports: HTTP/1.1 on one, HTTP/2 without TLS on the other.</summary>
internal sealed class ChaosApp : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SwapFolder _folder;

    private ChaosApp(WebApplication app, SwapFolder folder, Watch watch, FaultLog log)
    {
        (_app, _folder, Watch, Log) = (app, folder, watch, log);
        (Http1, Http2) = (new Uri(app.Urls.First()), new Uri(app.Urls.Last()));
    }

    public Uri Http1 { get; }

    public Uri Http2 { get; }

    public Watch Watch { get; }

    public FaultLog Log { get; }

    public SwapFolder Folder => _folder;

    public IServiceProvider Services => _app.Services;

    public IModelCatalog Catalog => _app.Services.GetRequiredService<IModelCatalog>();

    public static async Task<ChaosApp> StartAsync(Tally tally)
    {
        var (folder, watch, log) = (new SwapFolder(), new Watch(), new FaultLog());
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders().AddProvider(log);
        builder.WebHost.ConfigureKestrel(Listen);
        builder.Services.AddSingleton(tally);
        builder.Services.AddInferenceGrpc();
        ChaosModels.Add(builder.Services, watch, folder);
        var app = builder.Build();
        app.MapInference();
        app.MapPost("/pair", PairAsync);
        await app.StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        folder.Loaded();
        return new ChaosApp(app, folder, watch, log);
    }

    public static void Listen(KestrelServerOptions options)
    {
        options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
        options.Listen(System.Net.IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _folder.Dispose();
    }

    // What an app does with the failures of its own routes: the same table, its own body.
    private static async Task<IResult> PairAsync(PairQuestion question, Pair pair, HttpContext context)
    {
        try
        {
            return TypedResults.Ok(await pair.RunAsync(question.Tag, context.RequestAborted));
        }
        catch (InferenceException exception)
        {
            if (ErrorTable.GetRetryAfterSeconds(exception) is { } seconds)
            {
                context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            }

            return TypedResults.Json(new { error = exception.Message }, statusCode: ErrorTable.Find(exception.Code).HttpStatus);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            return TypedResults.Empty;
        }
    }
}
