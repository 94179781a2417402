// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Tests.Support;

namespace Inference.Hosting.Remote.Tests.OpenAI;

/// <summary>A server's model in process, by the contracts that a local one has.</summary>
public sealed class CapabilityTests : IAsyncLifetime
{
    private ScriptedServer _server = null!;
    private RemoteHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _server = await ScriptedServer.StartAsync();
        _host = await RemoteHost.StartAsync(_server.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task ChatCompleteAsync_EveryField_IsSentAndReadAsTheProtocolSpellsIt()
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(
            context,
            """
            {"id":"c","object":"chat.completion","created":1,"model":"u","prompt_logprobs":[1],"choices":[{"index":0,"finish_reason":"tool_calls","stop_reason":7,
            "logprobs":{"content":[{"token":"a","logprob":-0.5,"bytes":[97],"top_logprobs":[{"token":"b","logprob":-1,"bytes":null}]}]},
            "message":{"role":"assistant","content":"a","reasoning":"because","tool_calls":[{"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}}],
            "usage":{"prompt_tokens":3,"completion_tokens":4,"total_tokens":7,"completion_tokens_details":{"reasoning_tokens":2}}}
            """);
        using var schema = JsonDocument.Parse("""{"type":"object"}""");
        var result = await _host.Catalog.GetCapability<IChatModel>("qwen")!.CompleteAsync(
            new ChatRequest
            {
                Messages =
                [
                    ChatMessage.FromSystem("s"),
                    new ChatMessage
                    {
                        Role = ChatRole.User,
                        Content = [new TextPart("t"), new ImagePart { Data = new byte[] { 1, 2, 3 }, MediaType = "image/png", Detail = "low" }],
                    },
                    new ChatMessage { Role = ChatRole.Assistant, Reasoning = "r", ToolCalls = [new ChatToolCall("id", "f", "{}")] },
                    ChatMessage.FromTool("id", "42"),
                ],
                Sampling = new SamplingOptions { Temperature = 0.5f, TopK = 5, MinP = 0.25f, Seed = 9, LogitBias = new Dictionary<int, float> { [3] = -1 } },
                MaxTokens = 10,
                MinTokens = 1,
                Stop = ["x"],
                StopTokenIds = [7],
                IncludeStopText = true,
                IgnoreEndToken = true,
                SkipSpecialTokens = false,
                ChoiceCount = 2,
                TopLogprobs = 1,
                Truncation = new PromptTruncation { MaxTokens = 99 },
                Tools = [new ChatTool { Name = "f", Description = "d", Parameters = schema.RootElement, Strict = true }],
                ToolChoice = ToolChoice.Named("f"),
                ParallelToolCalls = false,
                ReasoningEffort = ReasoningEffort.ExtraHigh,
                ResponseFormat = ResponseFormat.JsonSchema(schema.RootElement, "n", strict: true),
                TemplateArguments = new Dictionary<string, JsonElement> { ["enable_thinking"] = schema.RootElement.GetProperty("type") },
                AdditionalProperties = new Dictionary<string, JsonElement> { ["custom"] = schema.RootElement, ["model"] = schema.RootElement },
            },
            TestContext.Current.CancellationToken);

        Assert.Equal(
            """
            {"model":"upstream/qwen","messages":[{"role":"system","content":"s"},{"role":"user","content":[{"type":"text","text":"t"},{"type":"image_url","image_url":{"url":"data:image/png;base64,AQID","detail":"low"}}]},{"role":"assistant","content":null,"reasoning_content":"r","tool_calls":[{"id":"id","type":"function","function":{"name":"f","arguments":"{}"}}]},{"role":"tool","content":"42","tool_call_id":"id"}],"tools":[{"type":"function","function":{"name":"f","description":"d","parameters":{"type":"object"},"strict":true}}],"tool_choice":{"type":"function","function":{"name":"f"}},"parallel_tool_calls":false,"reasoning_effort":"xhigh","chat_template_kwargs":{"enable_thinking":"object"},"temperature":0.5,"top_k":5,"min_p":0.25,"seed":9,"logit_bias":{"3":-1},"stop":["x"],"stop_token_ids":[7],"response_format":{"type":"json_schema","json_schema":{"name":"n","schema":{"type":"object"},"strict":true}},"n":2,"max_completion_tokens":10,"min_tokens":1,"include_stop_str_in_output":true,"ignore_eos":true,"skip_special_tokens":false,"truncate_prompt_tokens":99,"logprobs":true,"top_logprobs":1,"custom":{"type":"object"}}
            """,
            _server.LastBody);
        var choice = Assert.Single(result.Choices);
        Assert.Equal(FinishReason.ToolCalls, choice.FinishReason);
        Assert.Equal(7, choice.StopMatch!.TokenId);
        Assert.Equal("a", choice.Message.Text);
        Assert.Equal("because", choice.Message.Reasoning);
        Assert.Equal(new ChatToolCall("call_1", "f", "{}"), Assert.Single(choice.Message.ToolCalls));
        var logprob = Assert.Single(choice.Logprobs!);
        Assert.Equal("a"u8.ToArray(), logprob.Bytes.ToArray());
        Assert.Equal("b", Assert.Single(logprob.Top).Token);
        Assert.Equal((3, 4, 2), (result.Usage!.PromptTokens, result.Usage.CompletionTokens, result.Usage.ReasoningTokens));
        Assert.Equal("prompt_logprobs", Assert.Single(result.AdditionalProperties!).Key);
    }

    [Fact]
    public async Task ChatStreamAsync_ToolsReasoningAndUsage_ComeInSteps()
    {
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(
            context,
            """data: {"choices":[{"index":0,"delta":{"role":"assistant","content":""}}]}""" + "\n\n",
            """data: {"choices":[{"index":0,"delta":{"reasoning_content":"hm"}}]}""" + "\r\n\r\n",
            ": ping\n\n",
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":"{\"a\""}}]}}]}""" + "\n\n",
            """data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":null,"function":{"name":"","arguments":":1}"}}]}}]}""" + "\n\n",
            """data: {"choices":[{"index":0,"delta":{},"finish_reason":"tool_calls"}]}""" + "\n\n",
            Chat.UsageEvent,
            Chat.Done);
        var chat = _host.Catalog.GetCapability<IChatModel>("qwen")!;

        List<ChatDelta> deltas = [];
        await foreach (var delta in chat.StreamAsync(new ChatRequest { Messages = [ChatMessage.FromUser("hi")] }, TestContext.Current.CancellationToken))
        {
            deltas.Add(delta);
        }

        Assert.EndsWith("\"stream\":true,\"stream_options\":{\"include_usage\":true}}", _server.LastBody, StringComparison.Ordinal);
        var last = deltas[^1];
        Assert.Equal((FinishReason.ToolCalls, 11), (last.FinishReason!.Value, last.Usage!.TotalTokens));
        Assert.All(deltas[..^1], delta => Assert.True(delta.FinishReason is null && delta.Usage is null));
        Assert.Equal(("c1", "f"), (deltas[2].ToolCall!.Id, deltas[2].ToolCall!.Name));
        Assert.Equal((null, null, ":1}"), (deltas[3].ToolCall!.Id, deltas[3].ToolCall!.Name, deltas[3].ToolCall!.Arguments));
        Assert.Equal("hm", deltas[1].Reasoning);
        Assert.Equal(1, _host.Catalog.GetStatistics("qwen")!.Success.Count);
    }

    [Theory]
    [InlineData("data: {\"error\":{\"message\":\"boom\",\"code\":500}}\n\n", "boom")]
    [InlineData("data: [DONE]\n\n", "broke off")]
    [InlineData("data: {\"half\n\n", "no JSON")]
    public async Task ChatStreamAsync_StreamThatDoesNotEndWell_IsEngineFailed(string end, string why)
    {
        _server.Answer = (context, _) => ScriptedServer.EventsAsync(context, Chat.Event("a"), end);
        var chat = _host.Catalog.GetCapability<IChatModel>("qwen")!;

        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await ChatResult.GatherAsync(
            chat.StreamAsync(new ChatRequest { Messages = [ChatMessage.FromUser("hi")] }, TestContext.Current.CancellationToken)));

        Assert.Equal(InferenceErrorCode.EngineFailed, failure.Code);
        Assert.Contains(why, failure.Message, StringComparison.Ordinal);
        await RemoteHost.UntilAsync(() => _host.Catalog.GetStatistics("qwen")!.Fail.Count == 1);
    }

    [Theory]
    [InlineData(400, """{"error":{"message":"too long","code":"context_length_exceeded","param":"messages"}}""", InferenceErrorCode.InvalidInput, "context_length_exceeded")]
    [InlineData(429, "{}", InferenceErrorCode.QueueFull, null)]
    [InlineData(503, "{}", InferenceErrorCode.NotReady, null)]
    [InlineData(504, "{}", InferenceErrorCode.DeadlineExceeded, null)]
    [InlineData(413, "{}", InferenceErrorCode.PayloadTooLarge, null)]
    [InlineData(500, "<html>", InferenceErrorCode.EngineFailed, null)]
    public async Task ChatCompleteAsync_ErrorStatus_IsTheFailureItStandsFor(int status, string body, InferenceErrorCode code, string? reason)
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(context, body, status);

        var failure = await Assert.ThrowsAsync<InferenceException>(async () => await _host.Catalog.GetCapability<IChatModel>("qwen")!
            .CompleteAsync(new ChatRequest { Messages = [ChatMessage.FromUser("hi")] }, TestContext.Current.CancellationToken));

        Assert.Equal((code, reason), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task TextCompleteAsync_Logprobs_AreReadFromParallelArrays()
    {
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(
            context,
            """{"choices":[{"index":0,"text":"ab","finish_reason":"length","logprobs":{"tokens":["a","b"],"token_logprobs":[null,-1.5],"top_logprobs":[null,{"b":-1.5,"c":-0.5}],"text_offset":[0,1]}}],"usage":{"prompt_tokens":1,"completion_tokens":2,"total_tokens":3}}""");

        var result = await _host.Catalog.GetCapability<ITextGenerator>("qwen")!.CompleteAsync(
            new TextRequest { Prompts = [TextInput.FromTokens(new[] { 1, 2 })], TopLogprobs = 2, Echo = true }, TestContext.Current.CancellationToken);

        Assert.Equal("""{"model":"upstream/qwen","prompt":[1,2],"echo":true,"max_tokens":null,"logprobs":2}""", _server.LastBody);
        var logprobs = result.Choices[0].Logprobs!;
        Assert.Null(logprobs[0].Logprob);
        Assert.Equal(["c", "b"], logprobs[1].Top.Select(other => other.Token));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task EmbedAsync_Base64OrNumbers_ComeInTheOrderOfTheInputs(bool base64)
    {
        string Vector(params float[] values) => base64
            ? "\"" + Convert.ToBase64String(MemoryMarshal.AsBytes(values.AsSpan())) + "\""
            : JsonSerializer.Serialize(values);
        _server.Answer = (context, _) => ScriptedServer.JsonAsync(
            context,
            $$$"""{"data":[{"index":1,"embedding":{{{Vector(3, 4)}}}},{"index":0,"embedding":{{{Vector(1, 2.5f)}}}}],"usage":{"prompt_tokens":2,"total_tokens":2}}""");

        var result = await _host.Catalog.GetCapability<IEmbeddingModel>("qwen")!.EmbedAsync(
            new EmbeddingRequest { Inputs = ["a", "b"], Dimensions = 2 }, TestContext.Current.CancellationToken);

        Assert.Equal([1, 2.5f], result.Embeddings[0].Vector.ToArray());
        Assert.Equal([3, 4], result.Embeddings[1].Vector.ToArray());
        Assert.Equal(
            """{"model":"upstream/qwen","input":["a","b"],"encoding_format":"base64","dimensions":2}""", _server.LastBody);
    }

    [Fact]
    public async Task RerankScoreClassify_Answers_AreReadByIndex()
    {
        _server.Answer = (context, body) => ScriptedServer.JsonAsync(context, context.Request.Path.Value![4..] switch
        {
            "rerank" => """{"results":[{"index":0,"relevance_score":0.25},{"index":1,"relevance_score":0.75}]}""",
            "score" => """{"data":[{"index":1,"score":0.5},{"index":0,"score":0.125}]}""",
            _ => """{"data":[{"index":0,"label":"good","probs":[0.25,0.75],"num_classes":2},{"index":1,"label":"bad","probs":[0.875,0.125],"num_classes":2}]}""",
        });
        var cancellationToken = TestContext.Current.CancellationToken;
        var reranker = _host.Catalog.GetCapability<IReranker>("qwen")!;

        var ranks = await reranker.RerankAsync(new RerankRequest { Query = "q", Documents = ["a", "b"], RawScores = true }, cancellationToken);
        Assert.Equal([1, 0], ranks.Documents.Select(document => document.Index));
        Assert.Contains("\"use_activation\":false", _server.LastBody, StringComparison.Ordinal);
        var scores = await reranker.ScoreAsync(new ScoreRequest { Pairs = [new("q", "a"), new("q", "b")] }, cancellationToken);
        Assert.Equal([0.125f, 0.5f], scores.Scores.Select(score => score.Score));
        var classes = await _host.Catalog.GetCapability<ITextClassifier>("qwen")!.ClassifyAsync(
            new ClassificationRequest { Inputs = ["a", "b"] }, cancellationToken);
        Assert.Equal(["bad", "good"], classes.Labels);
    }

    [Fact]
    public async Task Tokenize_ServerHasItBesideV1_IsFoundAndRemembered()
    {
        _server.Answer = (context, _) => context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)
            ? ScriptedServer.JsonAsync(context, """{"detail":"Not Found"}""", 404)
            : ScriptedServer.JsonAsync(context, """{"count":2,"max_model_len":4096,"tokens":[1,2],"prompt":"text"}""");
        var codec = _host.Catalog.GetCapability<ITokenCodec>("qwen")!;
        var cancellationToken = TestContext.Current.CancellationToken;

        var tokens = await codec.TokenizeAsync(new TokenizeRequest { Text = "x" }, cancellationToken);
        await codec.TokenizeAsync(new TokenizeRequest { Text = "x" }, cancellationToken);
        var text = await codec.DetokenizeAsync(new DetokenizeRequest { Tokens = new[] { 1 } }, cancellationToken);

        Assert.Equal([1, 2], tokens.Tokens.ToArray());
        Assert.Equal((4096, "text"), (tokens.MaxModelTokens, text));
        Assert.Equal(
            ["/v1/tokenize", "/tokenize", "/tokenize", "/v1/detokenize", "/detokenize"], _server.Requests.Select(request => request.Path));
    }

    [Fact]
    public async Task InferAsync_Tensors_AreUnsupported()
    {
        var failure = await Assert.ThrowsAsync<InferenceException>(
            async () => await _host.Catalog.GetClient("qwen").InferAsync(new InferenceRequest(), TestContext.Current.CancellationToken));

        Assert.Equal(InferenceErrorCode.Unsupported, failure.Code);
    }
}
