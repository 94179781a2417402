// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Inference.Hosting.Text.Tests.Support;
using Microsoft.Agents.AI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using ChatMessage = Microsoft.Extensions.AI.ChatMessage;
using ChatRole = Microsoft.Extensions.AI.ChatRole;

namespace Inference.Hosting.Text.Tests.Interop;

/// <summary>What apps put on top of a client: function calls, structured output, telemetry, agents.</summary>
public sealed class FrameworkTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task FunctionInvocation_TwoRounds_CallsTheFunctionAndAnswers(bool streams)
    {
        var model = Weather();
        var client = model.AsChatClient("m").AsBuilder().UseFunctionInvocation().Build();
        var options = new ChatOptions { Tools = [AIFunctionFactory.Create(GetWeather, "get_weather")] };

        var response = streams
            ? await client.GetStreamingResponseAsync("How is it in Oslo?", options, Token).ToChatResponseAsync(Token)
            : await client.GetResponseAsync("How is it in Oslo?", options, Token);

        Assert.Equal("It says: rain in Oslo", response.Text);
        Assert.Equal(2, model.Calls.Count);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        var (call, result) = (model.LastRequest!.Messages[^2], model.LastRequest.Messages[^1]);
        Assert.Equal("{\"city\":\"Oslo\"}", Assert.Single(call.ToolCalls).Arguments);
        Assert.Equal(("call_1", "rain in Oslo"), (result.ToolCallId, result.Text));
        Assert.True(response.Usage!.OutputTokenCount >= 2);
    }

    [Fact]
    public async Task StructuredOutput_OfAType_AsksForItsSchemaAndReadsTheAnswer()
    {
        var model = new ScriptedChatModel("{\"city\":\"Oslo\",", "\"degrees\":-3.5}");

        var response = await model.AsChatClient().GetResponseAsync<Report>("How is it?", cancellationToken: Token);

        Assert.Equal(new Report("Oslo", -3.5), response.Result);
        Assert.Equal(ResponseFormatKind.JsonSchema, model.LastRequest!.ResponseFormat.Kind);
        Assert.Equal("number", model.LastRequest.ResponseFormat.Schema!.Value.GetProperty("properties").GetProperty("degrees").GetProperty("type").GetString());
    }

    [Fact]
    public async Task OpenTelemetry_OnTop_SeesModelAndTokens()
    {
        var seen = new List<Activity>();
        const string Source = "Inference.Hosting.Text.Tests.Telemetry";
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name == Source,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllData,
            ActivityStopped = seen.Add,
        };
        ActivitySource.AddActivityListener(listener);
        var client = new ScriptedChatModel("a").AsChatClient("m").AsBuilder().UseOpenTelemetry(sourceName: Source).Build();

        await client.GetResponseAsync("hello", cancellationToken: Token);

        var activity = Assert.Single(seen);
        Assert.Equal("m", activity.GetTagItem("gen_ai.response.model"));
        Assert.Equal("inference_hosting", activity.GetTagItem("gen_ai.provider.name"));
        Assert.Equal(1, Convert.ToInt32(activity.GetTagItem("gen_ai.usage.output_tokens"), System.Globalization.CultureInfo.InvariantCulture));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Agent_OverAModelOfTheHost_RunsWithToolsAndKeepsItsThread(bool streams)
    {
        var model = Weather();
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddChatModel("m").UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(model));
            services.AddInferenceText();
        });
        var agent = new ChatClientAgent(
            host.Services.GetRequiredKeyedService<IChatClient>("m"), "Be brief.", "helper", tools: [AIFunctionFactory.Create(GetWeather, "get_weather")]);
        var session = await agent.CreateSessionAsync(Token);

        var text = streams
            ? string.Concat((await agent.RunStreamingAsync("How is it in Oslo?", session, cancellationToken: Token).ToListAsync(Token)).Select(update => update.Text))
            : (await agent.RunAsync("How is it in Oslo?", session, cancellationToken: Token)).Text;
        await agent.RunAsync("And now?", session, cancellationToken: Token);

        Assert.Equal("It says: rain in Oslo", text);
        var roles = model.LastRequest!.Messages.Select(message => message.Role).ToList();
        Assert.Contains(Capabilities.ChatRole.System, roles);
        Assert.Equal("And now?", model.LastRequest.Messages.Last(message => message.Role == Capabilities.ChatRole.User).Text);
        Assert.Contains(model.LastRequest.Messages, message => message.ToolCallId == "call_1");
    }

    [Fact]
    public async Task FunctionInvocation_BehindAModel_LooksLikeAnyAnswer()
    {
        var inner = Weather().AsChatClient().AsBuilder().ConfigureOptions(
            options => options.Tools = [AIFunctionFactory.Create(GetWeather, "get_weather")]).UseFunctionInvocation().Build();
        await using var host = await TextHost.StartAsync(services => services.AddChatModel("m").UseChatClient(inner));
        var model = host.Services.GetRequiredKeyedService<IChatModel>("m");
        var request = new ChatRequest { Messages = [Capabilities.ChatMessage.FromUser("How is it in Oslo?")] };

        var whole = await model.CompleteAsync(request, Token);
        var gathered = await ChatResult.GatherAsync(model.StreamAsync(request, Token), Token);

        Assert.Equal(("It says: rain in Oslo", FinishReason.Stop), (whole.Text, whole.Choices[0].FinishReason));
        Assert.Empty(whole.Choices[0].Message.ToolCalls);
        Assert.Equal(Dump.Of(whole), Dump.Of(gathered));
    }

    [Fact]
    public async Task Context_OfTheCaller_FlowsThroughBothBridges()
    {
        string? tenant = null;
        var inner = new ScriptedChatModel(_ =>
        {
            tenant = InferenceContext.Current?.Tenant;
            return ["a"];
        });
        await using var host = await TextHost.StartAsync(services =>
        {
            services.AddChatModel("m").UseChatClient(inner.AsChatClient());
            services.AddInferenceText();
        });
        inner.Calls.Time = host.Time;
        using var scope = InferenceContext.Use(new InferenceContext { Tenant = "ann", Deadline = host.Time.GetUtcNow() });

        var late = await Assert.ThrowsAsync<InferenceException>(
            () => host.Services.GetRequiredKeyedService<IChatClient>("m").GetResponseAsync("a", cancellationToken: Token));
        using var later = InferenceContext.Use(new InferenceContext { Tenant = "ann", Deadline = host.Time.GetUtcNow() + TimeSpan.FromDays(99) });
        await host.Services.GetRequiredKeyedService<IChatClient>("m").GetResponseAsync([new ChatMessage(ChatRole.User, "a")], cancellationToken: Token);

        Assert.Equal((InferenceErrorCode.DeadlineExceeded, "ann"), (late.Code, tenant));
    }

    [Description("The weather of a city.")]
    private static string GetWeather(string city) => $"rain in {city}";

    private static ScriptedChatModel Weather() => new(request => request.Messages[^1].Role == Capabilities.ChatRole.Tool || request.Messages.Any(message => message.ToolCallId is not null)
        ? ["It says: ", request.Messages.Last(message => message.ToolCallId is not null).Text]
        : [ScriptedStep.ToolCall("call_1", "get_weather", "{\"city\":"), ScriptedStep.ToolArguments("\"Oslo\"}")]);

    private sealed record Report(string City, double Degrees);
}
