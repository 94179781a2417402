// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>Apps that serve models which play scripts, and what tests read of their answers.</summary>
internal static class OpenAIApp
{
    /// <summary>An app with the chat model <c>m</c>, also known as <c>org/m</c>, and the model <c>tensors</c> of another kind.</summary>
    public static Task<TestApp> StartChatAsync(
        IChatModel model, bool kestrel = false, Action<InferenceOpenAIOptions>? options = null, TimeProvider? time = null, Action<WebApplicationBuilder>? configure = null)
        => StartAsync(
            builder =>
            {
                builder.Services.AddModel("m").WithAlias("org/m").UseBackend(_ => new FakeBackend().WithCapability(model));
                configure?.Invoke(builder);
            },
            kestrel,
            options,
            time);

    /// <summary>An app with the text model <c>m</c>.</summary>
    public static Task<TestApp> StartTextAsync(ITextGenerator model, bool kestrel = false, Action<InferenceOpenAIOptions>? options = null)
        => StartAsync(
            builder => builder.Services.AddModel("m").UseBackend(_ => new FakeBackend().WithCapability(model)), kestrel, options, null);

    /// <summary>The events of a stream: the data of each, in order. What is no event fails the test.</summary>
    public static async Task<List<string>> EventsAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {text}");
        return Events(text);
    }

    /// <inheritdoc cref="EventsAsync"/>
    public static List<string> Events(string text)
    {
        Assert.EndsWith("\n\n", text, StringComparison.Ordinal);
        List<string> events = [];
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries))
        {
            if (!block.StartsWith(':'))
            {
                Assert.StartsWith("data: ", block, StringComparison.Ordinal);
                events.Add(block["data: ".Length..]);
            }
        }

        return events;
    }

    /// <summary>The chunks of a stream, which must end with <c>[DONE]</c>.</summary>
    public static async Task<List<JsonElement>> ChunksAsync(HttpResponseMessage response)
    {
        var events = await EventsAsync(response);
        Assert.Equal("[DONE]", events[^1]);
        return [.. events.SkipLast(1).Select(text => JsonDocument.Parse(text).RootElement)];
    }

    /// <summary>What is wrong, of an answer that must be a well-formed error.</summary>
    public static async Task<(int Status, string? Code, string? Parameter)> FaultAsync(HttpResponseMessage response)
    {
        var body = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        PublishedSchema.Read("error").Check(body);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        var error = body.GetProperty("error");
        return ((int)response.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("param").GetString());
    }

    private static async Task<TestApp> StartAsync(
        Action<WebApplicationBuilder> configure, bool kestrel, Action<InferenceOpenAIOptions>? options, TimeProvider? time)
    {
        var app = await TestApp.StartAsync([], kestrel, builder =>
        {
            if (time is not null)
            {
                builder.Services.AddSingleton(time);
            }

            builder.Services.AddModel("tensors").UseBackend(_ => new FakeBackend());
            builder.Services.Configure<InferenceOpenAIOptions>(given => options?.Invoke(given));
            configure(builder);
        });
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        return app;
    }
}
