// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

public sealed class EmbeddingsTests
{
    [Fact]
    public async Task Post_Texts_AnswersVectorsInOrderAsFloatsAndAsBase64()
    {
        await using var app = await StartAsync();

        var floats = await TestApp.JsonAsync(await app.PostAsync("/v1/embeddings", """{"model":"org/e","input":["a","bcd"]}"""));
        var answer = await app.PostAsync("/v1/embeddings", """{"model":"e","input":["a","bcd"],"encoding_format":"base64","user":null}""");
        var raw = await answer.Content.ReadAsStringAsync();
        var base64 = JsonDocument.Parse(raw).RootElement;

        Assert.Equal(("list", "org/e"), (floats.GetProperty("object").GetString(), floats.GetProperty("model").GetString()));
        Assert.Equal(4, floats.GetProperty("usage").GetProperty("prompt_tokens").GetInt32());
        for (var i = 0; i < 2; i++)
        {
            var vector = floats.GetProperty("data")[i].GetProperty("embedding").EnumerateArray().Select(value => value.GetSingle()).ToArray();
            Assert.Equal(new[] { i == 0 ? 1f : 3f, -1.9375f }, vector);
            var bytes = base64.GetProperty("data")[i].GetProperty("embedding").GetBytesFromBase64();
            Assert.Equal(vector, new[] { BitConverter.ToSingle(bytes), BitConverter.ToSingle(bytes, 4) });
        }

        Assert.DoesNotContain("\\u002B", raw, StringComparison.Ordinal);
        Assert.StartsWith("req_", answer.Headers.GetValues("x-request-id").Single(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", 400, null, null)]
    [InlineData("[]", 400, null, null)]
    [InlineData("{\"model\":\"e\",", 400, null, null)]
    [InlineData("""{"input":"a"}""", 400, "missing_required_parameter", "model")]
    [InlineData("""{"model":"e"}""", 400, "missing_required_parameter", "input")]
    [InlineData("""{"model":"e","input":[]}""", 400, "invalid_value", "input")]
    [InlineData("""{"model":"e","input":["a",""]}""", 400, "invalid_value", "input[1]")]
    [InlineData("""{"model":"e","input":["a",5]}""", 400, "invalid_type", "input[1]")]
    [InlineData("""{"model":"e","input":"a","encoding_format":"hex"}""", 400, "invalid_value", "encoding_format")]
    [InlineData("""{"model":"e","input":"a","dimensions":2.5}""", 400, "invalid_type", "dimensions")]
    [InlineData("""{"model":"e","input":"a","dimensions":2}""", 400, "unsupported_parameter", "dimensions")]
    [InlineData("""{"model":"nobody","input":"a"}""", 404, "model_not_found", "model")]
    [InlineData("""{"model":"tensors","input":"a"}""", 400, "model_not_supported", "model")]
    public async Task Post_BadRequest_SaysWhatIsWrong(string body, int status, string? code, string? parameter)
    {
        await using var app = await StartAsync();

        var answer = await app.PostAsync("/v1/embeddings", body);

        Assert.Equal(status, (int)answer.StatusCode);
        var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
        Assert.Equal("invalid_request_error", error.GetProperty("type").GetString());
        Assert.Equal((code, parameter), (error.GetProperty("code").GetString(), error.GetProperty("param").GetString()));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
    }

    [Fact]
    public async Task Get_OfAPostRoute_Is405WithTheErrorOfTheProtocol()
    {
        await using var app = await StartAsync();

        var answer = await app.GetAsync("/v1/embeddings");

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
        Assert.Equal("method_not_allowed", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("code").GetString());
    }

    private static async Task<TestApp> StartAsync()
    {
        var app = await TestApp.StartAsync([], configure: Configure);
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        return app;
    }

    private static void Configure(WebApplicationBuilder builder)
    {
        builder.Services.AddModel("e").WithAlias("org/e").UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new Lengths()));
        builder.Services.AddModel("tensors").UseBackend(_ => new FakeBackend());
    }

    /// <summary>Each text's length, and a number whose base64 has a plus sign.</summary>
    private sealed class Lengths : IEmbeddingModel
    {
        public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
            => new(new EmbeddingResult
            {
                Embeddings = [.. request.Inputs.Select(input => new TextEmbedding(new[] { input.Text.Length, -1.9375f }))],
                Usage = new TokenUsage { PromptTokens = request.Inputs.Sum(input => input.Text.Length) },
            });
    }
}
