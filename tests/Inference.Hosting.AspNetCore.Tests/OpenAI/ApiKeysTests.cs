// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Tests.OpenAI.Texts;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

public sealed class ApiKeysTests
{
    private const string Body = """{"model":"e","input":"a"}""";

    [Theory]
    [InlineData(null, null, 401)]
    [InlineData("Authorization", "Bearer sk-alice-1", 200)]
    [InlineData("Authorization", "bearer   sk-bob-2", 200)]
    [InlineData("Authorization", "BEARER sk-bob-2 ", 200)]
    [InlineData("api-key", "sk-alice-1", 200)]
    [InlineData("X-API-Key", "sk-bob-2", 200)]
    [InlineData("Authorization", "Bearer sk-alice-12", 401)]
    [InlineData("Authorization", "Bearer sk-alice-", 401)]
    [InlineData("Authorization", "Bearer SK-ALICE-1", 401)]
    [InlineData("Authorization", "Bearer ", 401)]
    [InlineData("Authorization", "Bearer", 401)]
    [InlineData("Authorization", "Bearersk-alice-1", 401)]
    [InlineData("Authorization", "Basic sk-alice-1", 401)]
    [InlineData("Authorization", "sk-alice-1", 401)]
    [InlineData("x-api-key", "", 401)]
    public async Task Request_WithAndWithoutAKey_IsServedOr401(string? header, string? value, int status)
    {
        await using var app = await TextApp.StartAsync(AddKeys);
        if (header is not null)
        {
            app.App.Client.DefaultRequestHeaders.TryAddWithoutValidation(header, value);
        }

        // Without a key nobody learns what is wrong with a body: it is not read.
        foreach (var (path, body) in new[] { ("/v1/embeddings", Body), ("/v1/embeddings", "not JSON"), ("/v1/models", null), ("/v1/models/e", null) })
        {
            var answer = body is null ? await app.App.GetAsync(path) : await app.App.PostAsync(path, body);
            if (status == 200)
            {
                Assert.Equal(body == "not JSON" ? 400 : 200, (int)answer.StatusCode);
                continue;
            }

            var error = await TextApp.ErrorAsync(answer, 401);
            Assert.Equal(("invalid_request_error", "invalid_api_key"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
            Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().ToString());
            Assert.DoesNotContain("alice", await answer.Content.ReadAsStringAsync(), StringComparison.OrdinalIgnoreCase);
        }

        Assert.DoesNotContain(app.App.Log.Entries, entry => entry.Text.Contains("sk-", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Request_WithAKey_IsOfTheTenantOfItsName()
    {
        string? tenant = null;
        var model = new ScriptedEmbeddingModel(
            _ =>
            {
                tenant = InferenceContext.Current?.Tenant;
                return [1];
            },
            1);
        await using var app = await TextApp.StartAsync(AddKeys, builder => builder.Services.AddModel("seen")
            .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(model)));
        app.App.Client.DefaultRequestHeaders.Add("api-key", "sk-bob-2");

        await app.PostAsync("/v1/embeddings", """{"model":"seen","input":"a"}""", "Embeddings");

        Assert.Equal("bob", tenant);
    }

    [Fact]
    public async Task ModelPolicy_OfAKeysName_HoldsForKeys()
    {
        await using var app = await TextApp.StartAsync(AddKeys, builder =>
        {
            builder.Services.AddAuthorizationBuilder().AddPolicy("alice", policy => policy.RequireUserName("alice"));
            builder.Services.AddModel("hers").RequireAuthorization("alice")
                .UseBackend(_ => new FakeBackend().WithCapability<IEmbeddingModel>(new ScriptedEmbeddingModel()));
        });
        app.App.Client.DefaultRequestHeaders.Add("api-key", "sk-bob-2");

        var error = await app.FailAsync("/v1/embeddings", """{"model":"hers","input":"a"}""", 403);

        Assert.Equal(("permission_error", null), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        var listed = await TestApp.JsonAsync(await app.App.GetAsync("/v1/models"));
        Assert.DoesNotContain(listed.GetProperty("data").EnumerateArray(), item => item.GetProperty("id").GetString() == "hers");
        app.App.Client.DefaultRequestHeaders.Remove("api-key");
        app.App.Client.DefaultRequestHeaders.Add("api-key", "sk-alice-1");
        await app.PostAsync("/v1/embeddings", """{"model":"hers","input":"a"}""", "Embeddings");
    }

    [Fact]
    public async Task Keys_FromConfiguration_AndHealthWithoutOne()
    {
        await using var app = await TextApp.StartAsync(
            options => options.EnableHealth = true,
            builder => builder.Configuration.AddInMemoryCollection([new("Inference:OpenAI:ApiKeys:carol", "sk-carol-3")]));

        Assert.Equal(401, (int)(await app.App.GetAsync("/v1/models")).StatusCode);
        Assert.Equal(200, (int)(await app.App.GetAsync("/health")).StatusCode);
        app.App.Client.DefaultRequestHeaders.Add("Authorization", "Bearer sk-carol-3");
        Assert.Equal(200, (int)(await app.App.GetAsync("/v1/models")).StatusCode);
    }

    [Theory]
    [InlineData("a", "")]
    [InlineData("a", "two words")]
    [InlineData(" ", "sk-1")]
    [InlineData("other", "sk-alice-1")]
    public async Task Keys_ThatCannotBe_StopTheStartWithoutBeingTold(string name, string key)
    {
        var failure = await Assert.ThrowsAsync<OptionsValidationException>(async () => await TextApp.StartAsync(options =>
        {
            AddKeys(options);
            options.ApiKeys[name] = key;
        }));

        Assert.Contains("Inference:OpenAI:ApiKeys", failure.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("sk-", failure.Message, StringComparison.Ordinal);
    }

    private static void AddKeys(InferenceOpenAIOptions options)
    {
        options.ApiKeys["alice"] = "sk-alice-1";
        options.ApiKeys["bob"] = "sk-bob-2";
    }
}
