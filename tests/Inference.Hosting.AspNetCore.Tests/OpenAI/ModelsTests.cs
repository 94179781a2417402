// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.AspNetCore.Tests.V1;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

public sealed class ModelsTests
{
    [Fact]
    public async Task List_OfTwoModels_ServesBothKindsOfClients()
    {
        var named = TestModels.AddSub("b");
        named.Info = named.Info with { Aliases = ["org/b:x"] };
        await using var app = await PredictTests.StartAsync([TestModels.AddSub("a"), named]);

        var json = await TestApp.JsonAsync(await app.GetAsync("/v1/models"));

        Assert.Equal("""["a","b"]""", json.GetProperty("models").GetRawText());
        Assert.Equal("list", json.GetProperty("object").GetString());
        var data = json.GetProperty("data").EnumerateArray().ToList();
        Assert.Equal(["a", "b", "org/b:x"], data.Select(item => item.GetProperty("id").GetString()));
        Assert.Equal(["a", "b", "b"], data.Select(item => item.GetProperty("root").GetString()));
        Assert.All(data, item => Assert.Equal("model", item.GetProperty("object").GetString()));
        Assert.All(data, item => Assert.True(item.GetProperty("created").GetInt64() > 1_700_000_000));
        Assert.All(data, item => Assert.NotEmpty(item.GetProperty("owned_by").GetString()!));
        Assert.Equal(HttpStatusCode.OK, (await app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Head, "/v1/models"))).StatusCode);
    }

    [Theory]
    [InlineData(null, """["free"]""", 401)]
    [InlineData("bob", """["free"]""", 403)]
    [InlineData("alice", """["addsub","free"]""", 200)]
    public async Task List_ModelWithPolicy_IsListedForThoseWhoMayUseIt(string? user, string expected, int status)
    {
        var guarded = TestModels.AddSub();
        guarded.Info = guarded.Info with { Policies = ["alice"] };
        await using var app = await PredictTests.StartAsync([guarded, TestModels.AddSub("free")], configure: builder =>
        {
            HeaderAuthentication.Add(builder.Services);
            builder.Services.AddAuthorizationBuilder().AddPolicy("alice", policy => policy.RequireUserName("alice"));
        });
        app.Client.DefaultRequestHeaders.Add(HeaderAuthentication.Header, user ?? "");

        var json = await TestApp.JsonAsync(await app.GetAsync("/v1/models"));

        Assert.Equal(expected, json.GetProperty("models").GetRawText());
        Assert.Equal(status == 200 ? 2 : 1, json.GetProperty("data").GetArrayLength());
        Assert.Equal(status, (int)(await app.GetAsync("/v1/models/addsub")).StatusCode);
        foreach (var verb in new[] { "predict", "explain" })
        {
            var answer = await app.PostAsync($"/v1/models/addsub:{verb}", "not even JSON");
            Assert.Equal(status == 200 ? 400 : status, (int)answer.StatusCode);
        }
    }

    [Theory]
    [InlineData("/v1/models/b", "b")]
    [InlineData("/v1/models/org%2Fb:x", "org/b:x")]
    [InlineData("/v1/models/org/b:x", "org/b:x")]
    public async Task Get_ReadyModel_TellsItToBothKindsOfClients(string path, string id)
    {
        var model = TestModels.AddSub("b");
        model.Info = model.Info with { Aliases = ["org/b:x"] };
        await using var app = await PredictTests.StartAsync([model], kestrel: true);

        var json = await TestApp.JsonAsync(await app.GetAsync(path));

        Assert.Equal((id, "b", true), (json.GetProperty("id").GetString(), json.GetProperty("name").GetString(), json.GetProperty("ready").GetBoolean()));
        Assert.Equal(("model", "b"), (json.GetProperty("object").GetString(), json.GetProperty("root").GetString()));
    }

    [Fact]
    public async Task Get_ModelThatIsNotThereOrNotReady_Is404Or503()
    {
        var model = TestModels.AddSub();
        model.Info = new ModelInfo("addsub", [new ModelVersionInfo("1", ModelState.Failed) { Reason = "The file is missing.", RetryAfter = TimeSpan.FromSeconds(7) }]);
        await using var app = await PredictTests.StartAsync([model]);

        await TestApp.ErrorAsync(await app.GetAsync("/v1/models/none"), HttpStatusCode.NotFound);
        var response = await app.GetAsync("/v1/models/addsub");
        var json = await TestApp.JsonAsync(response, HttpStatusCode.ServiceUnavailable);
        Assert.False(json.GetProperty("ready").GetBoolean());
        Assert.Contains("The file is missing.", json.GetProperty("error").GetString()!, StringComparison.Ordinal);
        Assert.Equal("7", response.Headers.RetryAfter?.ToString());
        Assert.Equal("""["addsub"]""", (await TestApp.JsonAsync(await app.GetAsync("/v1/models"))).GetProperty("models").GetRawText());
    }

    [Fact]
    public async Task List_OtherMethod_Is405()
    {
        await using var app = await PredictTests.StartAsync([TestModels.AddSub()]);

        await TestApp.ErrorAsync(await app.PostAsync("/v1/models", "{}"), HttpStatusCode.MethodNotAllowed);
        await TestApp.ErrorAsync(await app.PostAsync("/v1/models/addsub", "{}"), HttpStatusCode.MethodNotAllowed);
    }
}
