// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Tests.Support;

/// <summary>A real server on loopback that answers as a test says, and keeps what it was asked.</summary>
internal sealed class ScriptedServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ScriptedServer(WebApplication app) => _app = app;

    public Uri Address { get; private set; } = null!;

    /// <summary>Answers all but probes.</summary>
    public Func<HttpContext, string, Task> Answer { get; set; } = (context, _) => JsonAsync(context, Chat.Whole);

    /// <summary>Status of probes.</summary>
    public int Health { get; set; } = 200;

    public ConcurrentQueue<(string Path, string Body, IHeaderDictionary Headers)> Requests { get; } = new();

    /// <summary>Completes when the caller of a request was seen to leave.</summary>
    public TaskCompletionSource Left { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string LastBody => Requests.Last().Body;

    public static async Task<ScriptedServer> StartAsync(int port = 0)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(System.Net.IPAddress.Loopback, port));
        var app = builder.Build();
        var server = new ScriptedServer(app);
        app.Run(server.ServeAsync);
        await app.StartAsync();
        server.Address = new Uri(app.Urls.Single() + "/v1");
        return server;
    }

    public static Task JsonAsync(HttpContext context, string body, int status = 200, string type = "application/json")
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = type;
        return context.Response.WriteAsync(body, context.RequestAborted);
    }

    /// <summary>Writes events as they stand, each flushed.</summary>
    public static async Task EventsAsync(HttpContext context, params string[] events)
    {
        if (!context.Response.HasStarted)
        {
            context.Response.ContentType = "text/event-stream; charset=utf-8";
        }

        foreach (var text in events)
        {
            await context.Response.WriteAsync(text, context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
        }
    }

    /// <summary>Waits until the caller leaves, and says so.</summary>
    public async Task HangAsync(HttpContext context)
    {
        var left = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = context.RequestAborted.Register(left.SetResult);
        await left.Task;
        Left.TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource(TimeSpan.FromMilliseconds(1));
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(HttpContext context)
    {
        if (context.Request.Method == "GET")
        {
            context.Response.StatusCode = Health;
            return;
        }

        using var reader = new StreamReader(context.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(context.RequestAborted);
        Requests.Enqueue((context.Request.Path, body, new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase))));
        await Answer(context, body);
    }
}
