// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>A REST server that answers as it is told: status, headers and body by path.</summary>
internal sealed class DialectServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private DialectServer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    /// <summary>What it answers; a path that is not here is 404.</summary>
    public Dictionary<string, (int Status, byte[] Body)> Answers { get; } = [];

    public List<(string Path, string Body)> Requests { get; } = [];

    /// <summary>The keys that requests came with.</summary>
    public List<string> Keys { get; } = [];

    /// <summary>Sent with answers to calls.</summary>
    public Dictionary<string, string> Headers { get; } = [];

    public static async Task<DialectServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(options => options.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var server = new DialectServer(app);
        app.Run(server.AnswerAsync);
        await app.StartAsync();
        return server;
    }

    public void Say(string path, int status, string body) => Answers[path] = (status, System.Text.Encoding.UTF8.GetBytes(body));

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task AnswerAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var path = context.Request.Path.Value!;
        var (status, body) = Answers.GetValueOrDefault(path, (404, "{\"error\":\"nothing here\"}"u8.ToArray()));
        var text = await reader.ReadToEndAsync();
        lock (Requests)
        {
            Requests.Add((path, text));
            Keys.Add(context.Request.Headers.Authorization.ToString());
        }

        context.Response.StatusCode = status;
        if (context.Request.Method == "POST")
        {
            foreach (var (name, value) in Headers)
            {
                context.Response.Headers[name] = value;
            }
        }

        await context.Response.Body.WriteAsync(body);
    }
}
