// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Clients.Tests.Support;

/// <summary>An app on a real port that serves a scripted model for each thing that a client may meet.</summary>
public sealed class ScriptedApp : IAsyncLifetime
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ScriptedEmbeddingModel _embeddings = new(8);
    private WebApplication? _app;

    /// <summary>The chat models by name.</summary>
    internal IReadOnlyDictionary<string, ScriptedChatModel> Chats { get; } = Scripts.Create();

    /// <summary>Where clients find the OpenAI routes.</summary>
    public Uri BaseAddress => new(_app!.Urls.First() + "/v1");

    public async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Services.AddModel("embedder").WithAlias("org/embedder").UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(_embeddings));
        foreach (var (name, chat) in Chats)
        {
            builder.Services.AddModel(name).UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(chat));
        }

        _app = builder.Build();
        _app.MapInference();

        // For scripts, which cannot look into the process of the server.
        _app.MapGet("/test/calls/{model}", ReadCallsAsync);
        await _app.StartAsync();
        await _app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await _app.DisposeAsync();
        }
    }

    /// <summary>The number of calls and of cancelled ones, once none is under way any more.</summary>
    internal async Task<ScriptedCalls> SettleAsync(string model, CancellationToken cancellationToken)
    {
        var calls = Chats[model].Calls;
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(10));
        while (calls.Active > 0)
        {
            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return calls;
    }

    private async Task ReadCallsAsync(HttpContext context)
    {
        var calls = await SettleAsync((string)context.Request.RouteValues["model"]!, context.RequestAborted);
        await context.Response.WriteAsync($$"""{"count":{{calls.Count}},"cancelled":{{calls.Cancelled}}}""");
    }
}
