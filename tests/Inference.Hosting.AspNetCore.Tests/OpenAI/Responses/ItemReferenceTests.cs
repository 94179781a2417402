// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Responses;

public sealed class ItemReferenceTests
{
    private const string Turn = "\"input\":\"Hi\"";

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Post_Reference_IsTheItemItself(bool streamed)
    {
        var model = new ScriptedChatModel("So: ", ScriptedStep.ToolCall("call_1", "f", "{\"x\":1}"));
        await using var app = await OpenAIApp.StartChatAsync(model);
        var ids = await TurnAsync(app, streamed);

        await app.ResponseAsync($$"""
            "input":[{"role":"user","content":"Hi"},{"type":"item_reference","id":"{{ids[0]}}"},{"type":"item_reference","id":"{{ids[1]}}"},{"type":"function_call_output","call_id":"call_1","output":"ok"}]
            """);

        var turn = model.LastRequest!.Messages[1];
        Assert.Equal((ChatRole.Assistant, "So: "), (turn.Role, turn.Text));
        Assert.Equal(new ChatToolCall("call_1", "f", "{\"x\":1}"), Assert.Single(turn.ToolCalls));
    }

    [Fact]
    public async Task Post_ReferenceAfterTenMinutes_IsRefused()
    {
        var time = new FakeTimeProvider();
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a"), time: time);
        var id = (await TurnAsync(app))[0];

        time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromTicks(1));
        await ReferAsync(app, id, found: true);
        time.Advance(TimeSpan.FromTicks(1));

        await ReferAsync(app, id, found: false);
    }

    [Fact]
    public async Task Post_MoreItemsThanAreKept_TheOldestGoes()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a"), options: options => options.MaxResponseItems = 2);
        string[] ids = [(await TurnAsync(app))[0], (await TurnAsync(app))[0], (await TurnAsync(app))[0]];

        await ReferAsync(app, ids[1], found: true);
        await ReferAsync(app, ids[0], found: false);
    }

    [Theory]
    [InlineData(",\"store\":false", 1000)]
    [InlineData("", 0)]
    public async Task Post_NothingToBeStored_IsNotStored(string field, int capacity)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a"), options: options => options.MaxResponseItems = capacity);
        var id = ResponsesApp.Text((await app.ResponseAsync(Turn + field)).GetProperty("output")[0], "id");

        await ReferAsync(app, id, found: false);
    }

    [Fact]
    public async Task Post_ReferenceOfAnotherTenant_IsRefused()
    {
        await using var app = await OpenAIApp.StartChatAsync(
            new ScriptedChatModel("a"),
            configure: builder => builder.Services.Configure<InferenceHttpOptions>(options => options.Tenant = context => context.Request.Headers["x-tenant"]));
        app.Client.DefaultRequestHeaders.Add("x-tenant", "one");
        var id = (await TurnAsync(app))[0];
        await ReferAsync(app, id, found: true);

        app.Client.DefaultRequestHeaders.Remove("x-tenant");
        app.Client.DefaultRequestHeaders.Add("x-tenant", "two");

        await ReferAsync(app, id, found: false);
    }

    private static async Task<List<string>> TurnAsync(TestApp app, bool streamed = false)
    {
        var response = streamed ? (await app.StreamAsync(Turn))[^1].GetProperty("response") : await app.ResponseAsync(Turn);
        return [.. response.GetProperty("output").EnumerateArray().Select(item => ResponsesApp.Text(item, "id"))];
    }

    private static async Task ReferAsync(TestApp app, string id, bool found)
    {
        var answer = await app.RespondAsync($$"""  "input":[{"type":"item_reference","id":"{{id}}"},{"role":"user","content":"Go on"}] """);
        if (found)
        {
            await TestApp.JsonAsync(answer);
            return;
        }

        Assert.Equal((400, "invalid_value", "input[0].id"), await OpenAIApp.FaultAsync(answer));
        Assert.Contains("'store': false", JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
    }
}
