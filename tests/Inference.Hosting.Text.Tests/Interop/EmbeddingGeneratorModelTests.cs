// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Inference.Hosting.Text.Tests.Support;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Text.Tests.Interop;

public sealed class EmbeddingGeneratorModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbedAsync_ThroughAGeneratorAndAModelAgain_IsTheSame()
    {
        var inner = new ScriptedEmbeddingModel(4);
        await using var host = await HostAsync(inner.AsEmbeddingGenerator());
        var outer = host.Services.GetRequiredKeyedService<IEmbeddingModel>("e");
        var request = new EmbeddingRequest { Inputs = ["a", "bc"], Dimensions = 3 };

        var expected = await inner.EmbedAsync(request, Token);
        var actual = await outer.EmbedAsync(request, Token);

        Assert.Equal(expected.Embeddings.Select(embedding => embedding.Vector.ToArray()), actual.Embeddings.Select(embedding => embedding.Vector.ToArray()));
        Assert.Equal(3, actual.Usage!.PromptTokens);
        Assert.Equal(4, outer.Info!.Dimensions);
    }

    [Fact]
    public async Task EmbedAsync_WhatAGeneratorCannotCarry_IsRefusedByName()
    {
        var inner = new ScriptedEmbeddingModel();
        await using var host = await HostAsync(inner.AsEmbeddingGenerator());
        var outer = host.Services.GetRequiredKeyedService<IEmbeddingModel>("e");

        var tokens = await Assert.ThrowsAsync<InferenceException>(
            async () => await outer.EmbedAsync(new EmbeddingRequest { Inputs = [TextInput.FromTokens(new[] { 1 })] }, Token));
        var prompt = await Assert.ThrowsAsync<InferenceException>(
            async () => await outer.EmbedAsync(new EmbeddingRequest { Inputs = ["a"], PromptName = "query" }, Token));

        Assert.Equal(("input", "prompt_name", 0), (tokens.Parameter, prompt.Parameter, inner.Calls.Count));
    }

    [Fact]
    public async Task EmbedAsync_WhatTheAppSaysTheGeneratorHonours_IsPassed()
    {
        var inner = new ScriptedEmbeddingModel();
        await using var host = await TextHost.StartAsync(
            services => services.AddEmbeddingModel("e").UseEmbeddingGenerator(inner.AsEmbeddingGenerator()),
            ("e:EmbeddingGenerator:Features", "PromptName, Normalize"));

        await host.Services.GetRequiredKeyedService<IEmbeddingModel>("e").EmbedAsync(
            new EmbeddingRequest { Inputs = ["a"], PromptName = "query", Normalize = false }, Token);

        Assert.Equal(("query", false), (inner.LastRequest!.PromptName, inner.LastRequest.Normalize));
    }

    [Theory]
    [InlineData(1, 0f)]
    [InlineData(2, float.NaN)]
    public async Task EmbedAsync_WrongAnswer_IsAFailure(int count, float value)
    {
        await using var host = await HostAsync(new Fixed(count, value));

        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await host.Services.GetRequiredKeyedService<IEmbeddingModel>("e")
            .EmbedAsync(new EmbeddingRequest { Inputs = ["a", "b"] }, Token));

        Assert.Equal(InferenceErrorCode.EngineFailed, failure.Code);
    }

    private static Task<TextHost> HostAsync(IEmbeddingGenerator<string, Embedding<float>> generator)
        => TextHost.StartAsync(services => services.AddEmbeddingModel("e").UseEmbeddingGenerator(generator));

    private sealed class Fixed(int count, float value) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
            => Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(
                Enumerable.Repeat(0, count).Select(_ => new Embedding<float>(new[] { value }))));

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
