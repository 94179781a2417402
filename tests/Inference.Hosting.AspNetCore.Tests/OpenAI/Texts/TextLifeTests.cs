// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;

/// <summary>A request from its client to its model and back: who answers, who waits, who leaves.</summary>
public sealed class TextLifeTests
{
    private const string Body = """{"model":"e","input":"a"}""";

    [Fact]
    public async Task Post_ModelWithAClassOfItsOwn_TheClassAnswers()
    {
        var behind = new ScriptedEmbeddingModel(_ => [1, 2], 2);
        await using var app = await TextApp.StartAsync(services: builder => builder.Services.AddModel<Doubler>("double").WithAlias("org/double")
            .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(behind)));

        var json = await app.PostAsync("/v1/embeddings", """{"model":"org/double","input":"a"}""", "Embeddings");

        Assert.Equal("[2,4]", json.GetProperty("data")[0].GetProperty("embedding").GetRawText());
        Assert.Equal("org/double", json.GetProperty("model").GetString());
        Assert.Equal("before a", behind.LastRequest!.Inputs.Single().Text);
    }

    [Fact]
    public async Task Post_DeadlinePasses_Is408AndTheModelIsLeft()
    {
        await using var app = await TextApp.StartAsync(services: builder =>
            builder.Services.Configure<InferenceHttpOptions>(options => options.RequestTimeout = TimeSpan.FromMilliseconds(50)));
        app.Embedder.Calls.Gate.Close();

        var error = await app.FailAsync("/v1/embeddings", Body, 408);

        Assert.Equal(("timeout_error", "request_timeout"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Fact]
    public async Task Post_ClientLeaves_TheModelIsTold()
    {
        await using var app = await TextApp.StartAsync(kestrel: true);
        foreach (var (path, body, calls) in new[]
        {
            ("/v1/embeddings", Body, app.Embedder.Calls),
            ("/v1/rerank", """{"model":"r","query":"q","documents":["a"]}""", app.Reranker.Calls),
            ("/v1/score", """{"model":"r","queries":"q","documents":["a"]}""", app.Reranker.Calls),
            ("/v1/classify", """{"model":"c","input":"a"}""", app.Classifier.Calls),
            ("/v1/tokenize", """{"model":"t","prompt":"a"}""", app.Codec.Calls),
        })
        {
            var before = calls.Cancelled;
            calls.Gate.Close();
            var arrived = calls.Gate.ArrivedAsync(calls.Gate.Arrivals + 1);
            using var leave = new CancellationTokenSource();
            var answer = app.App.Client.PostAsync(path, new StringContent(body), leave.Token);
            await arrived.WaitAsync(TestApp.Patience);
            await leave.CancelAsync();

            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
            using var patience = new CancellationTokenSource(TestApp.Patience);
            while (calls.Cancelled == before)
            {
                patience.Token.ThrowIfCancellationRequested();
                await Task.Yield();
            }

            calls.Gate.Open();
        }
    }

    [Fact]
    public async Task Post_ModelThatIsLoading_Is503WithATimeToRetry()
    {
        var backend = new FakeBackend().WithCapability<IEmbeddingModel>(new ScriptedEmbeddingModel());
        backend.LoadGate.Close();
        await using var app = await TestApp.StartAsync([], configure: builder =>
        {
            builder.Services.AddModel("e").UseBackend(_ => backend);
            builder.Services.Configure<InferenceOpenAIOptions>(options => options.EnableHealth = true);
        });

        foreach (var answer in (HttpResponseMessage[])[await app.PostAsync("/v1/embeddings", Body), await app.GetAsync("/health")])
        {
            var error = await TextApp.ErrorAsync(answer, 503);
            Assert.Equal(("server_error", "model_loading"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
            Assert.True(answer.Headers.Contains("retry-after-ms"));
            Assert.NotNull(answer.Headers.RetryAfter);
        }

        backend.LoadGate.Open();
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        Assert.Equal(200, (int)(await app.GetAsync("/health")).StatusCode);
    }

    private sealed class Doubler(IEmbeddingModel behind) : IEmbeddingModel
    {
        public EmbeddingModelInfo? Info => behind.Info;

        public async ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
        {
            var result = await behind.EmbedAsync(
                request with { Inputs = [.. request.Inputs.Select(input => TextInput.FromText("before " + input.Text))] }, cancellationToken);
            return result with
            {
                Embeddings = [.. result.Embeddings.Select(one => one with { Vector = one.Vector.ToArray().Select(value => 2 * value).ToArray() })],
            };
        }
    }
}
