// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;

/// <summary>An app with one scripted model of each kind that takes texts.</summary>
internal sealed class TextApp : IAsyncDisposable
{
    private TestApp _app = null!;

    public ScriptedEmbeddingModel Embedder { get; } = new(dimensions: 8);

    public ScriptedReranker Reranker { get; } = new();

    public ScriptedTextClassifier Classifier { get; } = new("bad", "good", "none");

    public ScriptedTokenCodec Codec { get; } = new();

    public ScriptedChatModel Chat { get; } = new();

    public TestApp App => _app;

    public static async Task<TextApp> StartAsync(
        Action<InferenceOpenAIOptions>? configure = null, Action<WebApplicationBuilder>? services = null, Action<WebApplication>? map = null, bool kestrel = false)
    {
        var texts = new TextApp();
        texts._app = await TestApp.StartAsync(
            [],
            kestrel,
            builder =>
            {
                builder.Services.AddModel("e").WithAlias("org/e").UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(texts.Embedder));
                builder.Services.AddModel("r").UseBackend(_ => new FakeBackend().WithCapability<IReranker>(texts.Reranker));
                builder.Services.AddModel("c").UseBackend(_ => new FakeBackend().WithCapability<ITextClassifier>(texts.Classifier));
                builder.Services.AddModel("t").UseBackend(
                    _ => new FakeBackend().WithCapability<ITokenCodec>(texts.Codec).WithCapability<IChatModel>(texts.Chat));
                if (configure is not null)
                {
                    builder.Services.Configure(configure);
                }

                services?.Invoke(builder);
            },
            map);
        await texts._app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        return texts;
    }

    /// <summary>The body of an answer that must be 200 and fit its schema.</summary>
    public async Task<JsonElement> PostAsync(string path, string body, string? schema = null)
    {
        var json = await TestApp.JsonAsync(await _app.PostAsync(path, body));
        if (schema is not null)
        {
            Schemas.TextSchemas.Check(schema, json);
        }

        return json;
    }

    /// <summary>The error of an answer, checked to be one.</summary>
    public async Task<JsonElement> FailAsync(string path, string body, int status) => await ErrorAsync(await _app.PostAsync(path, body), status);

    public static async Task<JsonElement> ErrorAsync(HttpResponseMessage answer, int status)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == (int)answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        var json = JsonDocument.Parse(text).RootElement;
        Schemas.TextSchemas.Check("Error", json);
        Assert.NotEmpty(answer.Headers.GetValues("x-request-id").Single());
        return json.GetProperty("error");
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();
}
