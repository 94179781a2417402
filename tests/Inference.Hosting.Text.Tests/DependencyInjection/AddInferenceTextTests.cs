// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Inference.Hosting.Text.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Text.Tests.DependencyInjection;

public sealed class AddInferenceTextTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ChatClient_ByNameAliasAndDefault_IsTheModels(bool before)
    {
        await using var host = await TextHost.StartAsync(services =>
        {
            if (before)
            {
                services.AddInferenceText();
            }

            services.AddChatModel("a").UseBackend(_ => Backend("I am a")).WithAlias("org/a");
            services.AddChatModel("b").UseBackend(_ => Backend("I am b")).AsDefault();
            services.AddEmbeddingModel("e").UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new ScriptedEmbeddingModel())).AsDefault();
            services.AddInferenceText();
        });

        Assert.Equal("I am a", await AskAsync(host.Services.GetRequiredKeyedService<IChatClient>("a")));
        Assert.Equal("I am a", await AskAsync(host.Services.GetRequiredKeyedService<IChatClient>("org/a"), "org/a"));
        Assert.Equal("I am b", await AskAsync(host.Services.GetRequiredKeyedService<IChatClient>("b")));
        var byDefault = host.Services.GetRequiredService<IChatClient>();
        Assert.Equal("I am b", await AskAsync(byDefault));
        Assert.Equal("b", byDefault.GetService<ChatClientMetadata>()!.DefaultModelId);
        Assert.Same(host.Services.GetRequiredKeyedService<IChatClient>("a"), host.Services.GetRequiredKeyedService<IChatClient>("a"));
        Assert.Equal("e", host.Services.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GetService<EmbeddingGeneratorMetadata>()!.DefaultModelId);
    }

    [Fact]
    public async Task ChatClient_OfAClass_IsTheClasss()
    {
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddModel<Shouter>().UseBackend(_ => Backend("quiet")).AsDefault();
            services.AddInferenceText();
        });

        Assert.Equal("QUIET", await AskAsync(host.Services.GetRequiredKeyedService<IChatClient>("Shouter")));
        Assert.Equal("QUIET", await AskAsync(host.Services.GetRequiredService<IChatClient>()));
        Assert.IsType<Shouter>(host.Services.GetRequiredService<IChatClient>().GetService<IChatModel>());
    }

    [Fact]
    public async Task ChatClient_ThatTheAppRegisters_GoesBefore()
    {
        var own = new FakeChatClient();
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddInferenceText();
            services.AddChatModel("a").UseBackend(_ => Backend("a"));
            services.AddKeyedSingleton<IChatClient>("own", own);
        });

        Assert.Same(own, host.Services.GetRequiredKeyedService<IChatClient>("own"));
    }

    [Fact]
    public async Task ChatClient_ThatNobodyHas_SaysWhatToDo()
    {
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddInferenceText();
            services.AddChatModel("a").UseBackend(_ => Backend("a"));
            services.AddModel("tensors").UseBackend(_ => new FakeBackend());
        });

        Assert.Contains("'typo'", Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<IChatClient>("typo")).Message, StringComparison.Ordinal);
        Assert.Contains("IChatModel", Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredKeyedService<IChatClient>("tensors")).Message, StringComparison.Ordinal);
        Assert.Contains("AsDefault", Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<IChatClient>()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChatClient_InAConstructor_IsInjectedByName()
    {
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddInferenceText();
            services.AddChatModel("a").UseBackend(_ => Backend("a"));
            services.AddSingleton<Consumer>();
        });

        Assert.Equal("a", await AskAsync(host.Services.GetRequiredService<Consumer>().Client));
    }

    [Fact]
    public async Task EmbeddingGenerator_OfAModel_GivesVectorsUsageAndRefusals()
    {
        var model = new ScriptedEmbeddingModel(4);
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddEmbeddingModel("e").UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(model));
            services.AddInferenceText();
        });
        var generator = host.Services.GetRequiredKeyedService<IEmbeddingGenerator<string, Embedding<float>>>("e");

        var embeddings = await generator.GenerateAsync(
            ["ab", "c"], new EmbeddingGenerationOptions { Dimensions = 2, AdditionalProperties = new() { ["input_type"] = "query", ["x"] = 1 } }, Token);
        var wrong = await Assert.ThrowsAsync<InferenceException>(() => generator.GenerateAsync(
            ["a"], new EmbeddingGenerationOptions { AdditionalProperties = new() { ["normalize"] = "yes" } }, Token));

        Assert.Equal([2, 2], embeddings.Select(embedding => embedding.Dimensions));
        Assert.Equal((3, "e", host.Time.GetUtcNow()), (embeddings.Usage!.InputTokenCount, embeddings[0].ModelId, embeddings[0].CreatedAt));
        Assert.Equal(("query", 1), (model.LastRequest!.PromptName, model.LastRequest.AdditionalProperties!["x"].GetInt32()));
        Assert.Equal("normalize", wrong.Parameter);
        Assert.Empty(await generator.GenerateAsync([], cancellationToken: Token));
        Assert.Equal(4, generator.GetService<EmbeddingGeneratorMetadata>()!.DefaultModelDimensions);
    }

    private static FakeBackend Backend(string answer) => new FakeBackend().WithCapability<IChatModel>(new ScriptedChatModel(answer));

    private static async Task<string> AskAsync(IChatClient client, string? model = null)
        => (await client.GetResponseAsync("hi", new ChatOptions { ModelId = model }, Token)).Text;

    private sealed class Consumer([FromKeyedServices("a")] IChatClient client)
    {
        public IChatClient Client => client;
    }

    private sealed class Shouter(IChatModel inner) : IChatModel
    {
        public IAsyncEnumerable<ChatDelta> StreamAsync(ChatRequest request, CancellationToken cancellationToken = default)
            => inner.StreamAsync(request, cancellationToken).Select(delta => delta with { Text = delta.Text?.ToUpperInvariant() });
    }
}
