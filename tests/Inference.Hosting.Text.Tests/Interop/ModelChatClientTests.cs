// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.Time.Testing;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Tests.Interop;

public sealed class ModelChatClientTests
{
    private static readonly AI.ChatMessage[] _hello = [new(AI.ChatRole.User, "hello")];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GetResponseAsync_Text_HasIdsModelTimeReasonAndUsage()
    {
        var time = new FakeTimeProvider();
        var client = new ScriptedChatModel("Hel", "lo").AsChatClient("m", time);

        var response = await client.GetResponseAsync(_hello, cancellationToken: Token);

        Assert.Equal("Hello", response.Text);
        Assert.Equal(("m", time.GetUtcNow(), AI.ChatFinishReason.Stop), (response.ModelId, response.CreatedAt, response.FinishReason));
        Assert.Equal((23, 2, 25), (response.Usage!.InputTokenCount, response.Usage.OutputTokenCount, response.Usage.TotalTokenCount));
        var message = Assert.Single(response.Messages);
        Assert.Equal(AI.ChatRole.Assistant, message.Role);
        Assert.NotEmpty(response.ResponseId!);
        Assert.Equal(response.ResponseId, message.MessageId);
        Assert.IsType<ChatResult>(response.RawRepresentation);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_Text_GivesUpdatesAsTheyCome()
    {
        var gate = new FakeGate();
        gate.Close();
        var model = new ScriptedChatModel("Hel", ScriptedStep.Pass(gate), "lo");
        await using var updates = model.AsChatClient("m").GetStreamingResponseAsync(_hello, cancellationToken: Token).GetAsyncEnumerator(Token);

        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(("Hel", AI.ChatRole.Assistant, "m"), (updates.Current.Text, updates.Current.Role, updates.Current.ModelId));
        var id = updates.Current.MessageId;
        gate.Open();
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(("lo", id), (updates.Current.Text, updates.Current.MessageId));
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(AI.ChatFinishReason.Stop, updates.Current.FinishReason);
        Assert.True(await updates.MoveNextAsync());
        Assert.Equal(25, Assert.IsType<AI.UsageContent>(Assert.Single(updates.Current.Contents)).Details.TotalTokenCount);
        Assert.False(await updates.MoveNextAsync());
    }

    [Fact]
    public async Task GetStreamingResponseAsync_ToolCallsInPieces_AreGivenWholeAndKeepTheirNumbers()
    {
        var client = new ScriptedChatModel(
            ScriptedStep.Reasoning("hm"),
            ScriptedStep.ToolCall("c1", "add", "{\"a\":1.50"),
            ScriptedStep.ToolArguments(",\"b\":1e3}"),
            ScriptedStep.ToolCall("c2", "now", index: 1),
            ScriptedStep.ToolCall("c3", "bad", "{oops", index: 2)).AsChatClient();

        var updates = await client.GetStreamingResponseAsync(_hello, cancellationToken: Token).ToListAsync(Token);
        var calls = updates.SelectMany(update => update.Contents).OfType<AI.FunctionCallContent>().ToList();

        Assert.Equal(["c1", "c2", "c3"], calls.Select(call => call.CallId));
        Assert.Equal("1.50", ((JsonElement)calls[0].Arguments!["a"]!).GetRawText());
        Assert.Equal("1e3", ((JsonElement)calls[0].Arguments!["b"]!).GetRawText());
        Assert.Empty(calls[1].Arguments!);
        Assert.NotNull(calls[2].Exception);
        Assert.Null(calls[2].Arguments);
        Assert.Equal(AI.ChatFinishReason.ToolCalls, updates.Single(update => update.FinishReason is not null).FinishReason);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_Gathered_IsTheWholeAnswer()
    {
        var model = new ScriptedChatModel(
            ScriptedStep.Reasoning("hm"), "He", "llo", ScriptedStep.ToolCall("c1", "get", "{\"a\":1}"), ScriptedStep.Refusal("no"));

        var whole = await model.AsChatClient("m").GetResponseAsync(_hello, cancellationToken: Token);
        var gathered = await AI.ChatResponseExtensions.ToChatResponseAsync(
            model.AsChatClient("m").GetStreamingResponseAsync(_hello, cancellationToken: Token), Token);

        Assert.Equal(
            whole.Messages[0].Contents.Select(content => content.GetType().Name).Order(),
            gathered.Messages[0].Contents.Select(content => content.GetType().Name).Order());
        Assert.Equal(("Hello", whole.Text), (gathered.Text, gathered.Text));
        Assert.Equal((whole.FinishReason, whole.Usage!.TotalTokenCount), (gathered.FinishReason, gathered.Usage!.TotalTokenCount));
    }

    [Fact]
    public async Task GetResponseAsync_AllOptions_ReachTheModel()
    {
        var model = new ScriptedChatModel("a");
        var schema = JsonSerializer.Deserialize<JsonElement>("""{"type":"object"}""");
        var options = new AI.ChatOptions
        {
            Instructions = "Be brief.",
            Temperature = 0.5f,
            TopP = 0.25f,
            TopK = 7,
            FrequencyPenalty = 0.1f,
            PresencePenalty = -0.1f,
            Seed = 42,
            MaxOutputTokens = 9,
            StopSequences = ["END"],
            ResponseFormat = AI.ChatResponseFormat.ForJsonSchema(schema, "answer", "an answer"),
            Tools = [AI.AIFunctionFactory.Create((int a) => a, "twice", "Doubles.")],
            ToolMode = AI.ChatToolMode.RequireSpecific("twice"),
            AllowMultipleToolCalls = false,
            Reasoning = new AI.ReasoningOptions { Effort = AI.ReasoningEffort.High },
            AdditionalProperties = new()
            {
                ["min_p"] = 0.1,
                ["repetition_penalty"] = 1.5f,
                ["logit_bias"] = new Dictionary<int, int> { [5] = -100 },
                ["min_tokens"] = 2,
                ["stop_token_ids"] = new[] { 1, 2 },
                ["top_logprobs"] = 3,
                ["chat_template_kwargs"] = new Dictionary<string, object?> { ["enable_thinking"] = false },
                ["truncate_prompt_tokens"] = 100L,
                ["strict"] = true,
                ["cache_salt"] = "abc",
                ["unset"] = null,
            },
        };

        var response = await model.AsChatClient().GetResponseAsync(_hello, options, Token);

        var request = model.LastRequest!;
        Assert.Equal([(ChatRole.System, "Be brief."), (ChatRole.User, "hello")], request.Messages.Select(message => (message.Role, message.Text)));
        var sampling = request.Sampling with { LogitBias = null };
        Assert.Equal(
            new SamplingOptions
            {
                Temperature = 0.5f, TopP = 0.25f, TopK = 7, FrequencyPenalty = 0.1f, PresencePenalty = -0.1f, Seed = 42, MinP = 0.1f, RepetitionPenalty = 1.5f,
            },
            sampling);
        Assert.Equal(-100, request.Sampling.LogitBias![5]);
        Assert.Equal((9, 2, 3), (request.MaxTokens, request.MinTokens, request.TopLogprobs));
        Assert.Equal(["END"], request.Stop);
        Assert.Equal([1, 2], request.StopTokenIds);
        Assert.Equal(
            (ResponseFormatKind.JsonSchema, "answer", "an answer", true),
            (request.ResponseFormat.Kind, request.ResponseFormat.Name, request.ResponseFormat.Description, request.ResponseFormat.Strict));
        var tool = Assert.Single(request.Tools);
        Assert.Equal(("twice", "Doubles.", "integer"), (tool.Name, tool.Description, tool.Parameters!.Value.GetProperty("properties").GetProperty("a").GetProperty("type").GetString()));
        Assert.Equal((ToolChoiceMode.Named, "twice", false), (request.ToolChoice.Mode, request.ToolChoice.Name, request.ParallelToolCalls));
        Assert.Equal(ReasoningEffort.High, request.ReasoningEffort);
        Assert.False(request.TemplateArguments!["enable_thinking"].GetBoolean());
        Assert.Equal((100, TruncationSide.Left), (request.Truncation!.MaxTokens, request.Truncation.Side));
        Assert.Equal("abc", Assert.Single(request.AdditionalProperties!).Value.GetString());
        Assert.IsAssignableFrom<IReadOnlyList<TokenLogprob>>(response.AdditionalProperties!["logprobs"]);
    }

    [Fact]
    public async Task GetResponseAsync_RawRequest_WinsOverOptions()
    {
        var model = new ScriptedChatModel("a");
        AI.IChatClient? asked = null;
        var client = model.AsChatClient();
        var options = new AI.ChatOptions
        {
            Temperature = 1.5f,
            TopP = 0.5f,
            RawRepresentationFactory = given =>
            {
                asked = given;
                return new ChatRequest { Messages = [], Sampling = new SamplingOptions { Temperature = 0.5f }, Template = "{{ x }}" };
            },
        };

        await client.GetResponseAsync(_hello, options, Token);

        Assert.Same(client, asked);
        Assert.Equal((0.5f, 0.5f, "{{ x }}", "hello"), (model.LastRequest!.Sampling.Temperature, model.LastRequest.Sampling.TopP, model.LastRequest.Template, model.LastRequest.Messages[0].Text));
    }

    public static TheoryData<string, string> Refused => new()
    {
        { "conversation", "conversation" }, { "background", "background" }, { "n", "n" }, { "hosted", "tools" }, { "summary", "reasoning" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task GetResponseAsync_WhatNoModelHereCan_IsRefusedByName(string what, string parameter)
    {
        var options = what switch
        {
            "conversation" => new AI.ChatOptions { ConversationId = "c" },
            "background" => new AI.ChatOptions { AllowBackgroundResponses = true },
            "n" => new AI.ChatOptions { AdditionalProperties = new() { ["n"] = 2 } },
            "hosted" => new AI.ChatOptions { Tools = [new AI.HostedWebSearchTool()] },
            _ => new AI.ChatOptions { Reasoning = new AI.ReasoningOptions { Output = AI.ReasoningOutput.Summary } },
        };
        var model = new ScriptedChatModel("a");

        var refused = await Assert.ThrowsAsync<InferenceException>(() => model.AsChatClient().GetResponseAsync(_hello, options, Token));

        Assert.Equal((InferenceErrorCode.Unsupported, parameter, 0), (refused.Code, refused.Parameter, model.Calls.Count));
    }

    [Theory]
    [InlineData("min_p", "much")]
    [InlineData("n", 1.5)]
    [InlineData("stop_token_ids", 3)]
    [InlineData("structured_outputs", "regex")]
    [InlineData("reasoning_effort", "huge")]
    public async Task GetResponseAsync_FieldOfTheWrongType_IsInvalidInput(string name, object value)
    {
        var refused = await Assert.ThrowsAsync<InferenceException>(() => new ScriptedChatModel("a").AsChatClient().GetResponseAsync(
            _hello, new AI.ChatOptions { AdditionalProperties = new() { [name] = value } }, Token));

        Assert.Equal((InferenceErrorCode.InvalidInput, name, InferenceErrorReasons.InvalidType), (refused.Code, refused.Parameter, refused.Reason));
    }

    [Fact]
    public async Task GetResponseAsync_AnotherModel_IsRefused()
    {
        var client = new ScriptedChatModel("a").AsChatClient("m");

        var refused = await Assert.ThrowsAsync<InferenceException>(() => client.GetResponseAsync(_hello, new AI.ChatOptions { ModelId = "x" }, Token));
        var answer = await client.GetResponseAsync(_hello, new AI.ChatOptions { ModelId = "m" }, Token);

        Assert.Equal((InferenceErrorCode.InvalidInput, "model"), (refused.Code, refused.Parameter));
        Assert.Equal("a", answer.Text);
    }

    [Fact]
    public async Task GetResponseAsync_ReasoningNotWanted_LeavesItOut()
    {
        var model = new ScriptedChatModel(ScriptedStep.Reasoning("hm"), "a");
        var options = new AI.ChatOptions { Reasoning = new AI.ReasoningOptions { Output = AI.ReasoningOutput.None } };

        var whole = await model.AsChatClient().GetResponseAsync(_hello, options, Token);
        var updates = await model.AsChatClient().GetStreamingResponseAsync(_hello, options, Token).ToListAsync(Token);

        Assert.DoesNotContain(whole.Messages[0].Contents, content => content is AI.TextReasoningContent);
        Assert.DoesNotContain(updates.SelectMany(update => update.Contents), content => content is AI.TextReasoningContent);
    }

    [Fact]
    public async Task GetResponseAsync_NoMessagesOrAStrangeRole_IsInvalidInput()
    {
        var client = new ScriptedChatModel("a").AsChatClient();

        var empty = await Assert.ThrowsAsync<InferenceException>(() => client.GetResponseAsync([], cancellationToken: Token));
        var strange = await Assert.ThrowsAsync<InferenceException>(
            () => client.GetResponseAsync([new AI.ChatMessage(new AI.ChatRole("critic"), "x")], cancellationToken: Token));

        Assert.Equal(("messages", "messages"), (empty.Parameter, strange.Parameter));
    }

    [Fact]
    public async Task GetStreamingResponseAsync_BrokenStream_Throws()
    {
        var model = new ScriptedChatModel("a") { CompletesAnswers = false };

        var broken = await Assert.ThrowsAsync<InferenceException>(
            async () => await model.AsChatClient().GetStreamingResponseAsync(_hello, cancellationToken: Token).ToListAsync(Token));

        Assert.Equal(InferenceErrorCode.EngineFailed, broken.Code);
    }

    [Fact]
    public async Task GetStreamingResponseAsync_CallerThatLeaves_EndsTheModelsStream()
    {
        var model = new ScriptedChatModel(_ => ScriptedStep.Endless("a"));
        using var leaving = new CancellationTokenSource();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var _ in model.AsChatClient().GetStreamingResponseAsync(_hello, cancellationToken: leaving.Token))
            {
                await leaving.CancelAsync();
            }
        });

        Assert.Equal((0, 1), (model.Calls.Active, model.Calls.Cancelled));
    }

    [Fact]
    public void GetService_MetadataModelAndInfo_AreFound()
    {
        var model = new ScriptedChatModel("a");
        var client = model.AsChatClient("m");

        var metadata = Assert.IsType<AI.ChatClientMetadata>(client.GetService(typeof(AI.ChatClientMetadata)));
        Assert.Equal(("inference_hosting", "m"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Same(model, client.GetService(typeof(IChatModel)));
        Assert.Same(model.Info, client.GetService(typeof(GenerationInfo)));
        Assert.Same(client, client.GetService(typeof(AI.IChatClient)));
        Assert.Null(client.GetService(typeof(IChatModel), "key"));
        Assert.Null(client.GetService(typeof(string)));
    }
}
