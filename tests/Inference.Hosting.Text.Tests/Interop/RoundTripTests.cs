// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Inference.Hosting.Text.Interop;
using Inference.Hosting.Text.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Tests.Interop;

/// <summary>What goes from one contract to the other and back is what it was. Chats are random, and the same in each run.</summary>
public sealed class RoundTripTests
{
    private static readonly string[] _texts = ["", "a", "héllo 🙂", "line\nbreak", "\"quoted\" <&>", "日本語"];

    private static readonly string[] _arguments =
        ["{}", "{\"a\":1}", "{\"a\":1.50,\"b\":-0.0}", "{\"n\":12345678901234567890123,\"e\":1E-7}", "{\"t\":\"é <b> \\\\n\",\"l\":[1,null,{\"x\":true}]}", "{not json", "[1]"];

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static TheoryData<int> Seeds => [.. Enumerable.Range(0, 200)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Messages_OfOurs_ComeBackEqual(int seed)
    {
        var random = new Random(seed);
        List<ChatMessage> messages = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => Message(random))];

        var back = MessageReader.Read(messages.Select(MessageWriter.Write), instructions: null);

        Assert.Equal(Dump.Of(messages), Dump.Of(back));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Messages_OfTheirs_ComeBackEqual(int seed)
    {
        var random = new Random(seed);
        List<AI.ChatMessage> messages = [.. Enumerable.Range(0, random.Next(1, 6)).Select(_ => MessageWriter.Write(Message(random)))];

        var back = MessageReader.Read(messages, instructions: null).Select(MessageWriter.Write);

        Assert.Equal(messages.Select(Dump.Of), back.Select(Dump.Of));
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Requests_WithEveryField_ComeBackEqual(int seed)
    {
        var random = new Random(seed);
        var request = Request(random);

        var back = ChatRequestReader.Read(ChatRequestWriter.Messages(request), ChatRequestWriter.Options(request), given: null);

        Assert.Equal(Facts(request), Facts(back));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Answers_ThroughAClientAndAModelAgain_AreEqual(bool streams)
    {
        ScriptedStep[][] scripts =
        [
            ["Hel", "lo 🙂"],
            [ScriptedStep.Reasoning("hm"), ScriptedStep.Reasoning(" so"), "a"],
            [ScriptedStep.ToolCall("c1", "f", "{\"a\":1.0"), ScriptedStep.ToolArguments("}"), ScriptedStep.ToolCall("c2", "g", "{}", index: 1)],
            [ScriptedStep.Refusal("I "), ScriptedStep.Refusal("won't")],
            ["a", ScriptedStep.Finish(FinishReason.Length)],
            [ScriptedStep.Finish(FinishReason.ContentFilter)],
            ["a", ScriptedStep.Usage(new TokenUsage { PromptTokens = 9, CompletionTokens = 4, CachedTokens = 3, ReasoningTokens = 2, TruncatedTokens = 1, PromptAudioTokens = 5 })],
            [ScriptedStep.ToolCall("c1", "f", "{broken")],
        ];
        foreach (var script in scripts)
        {
            IChatModel inner = new ScriptedChatModel(script);
            await using var host = await TextHost.StartAsync(services => services.AddChatModel("m").UseChatClient(inner.AsChatClient()));
            var outer = host.Services.GetRequiredKeyedService<IChatModel>("m");
            var request = new ChatRequest { Messages = [ChatMessage.FromUser("hi")] };

            var expected = await inner.CompleteAsync(request, Token);
            var actual = streams ? await ChatResult.GatherAsync(outer.StreamAsync(request, Token), Token) : await outer.CompleteAsync(request, Token);

            Assert.Equal(Dump.Of(expected), Dump.Of(actual));
        }
    }

    private static ChatMessage Message(Random random)
    {
        var role = (ChatRole)random.Next(5);
        if (role == ChatRole.Tool)
        {
            return ChatMessage.FromTool($"call_{random.Next(9)}", Text(random));
        }

        var isAssistant = role == ChatRole.Assistant;
        return new ChatMessage
        {
            Role = role,
            Name = random.Next(4) == 0 ? "ann" : null,
            Content = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Part(random, isAssistant))],
            Reasoning = isAssistant && random.Next(2) == 0 ? "because " + Text(random) : null,
            ToolCalls = isAssistant
                ? [.. Enumerable.Range(0, random.Next(3)).Select(i => new ChatToolCall($"call_{i}", $"tool_{i}", _arguments[random.Next(_arguments.Length)]))]
                : [],
            AdditionalProperties = random.Next(5) == 0
                ? new Dictionary<string, JsonElement> { ["x"] = JsonSerializer.Deserialize<JsonElement>("{\"deep\":[1.0]}") }
                : null,
        };
    }

    private static ContentPart Part(Random random, bool isAssistant) => random.Next(isAssistant ? 2 : 9) switch
    {
        1 when isAssistant => new RefusalPart(Text(random)),
        0 or 1 => new TextPart(Text(random)),
        2 => new ImagePart { Data = Bytes(random), MediaType = "image/png", Detail = random.Next(2) == 0 ? "low" : null },
        3 => new ImagePart { Uri = new Uri("https://example.org/a.jpg") },
        4 => new AudioPart { Data = Bytes(random), Format = random.Next(2) == 0 ? "wav" : "mp3" },
        5 => new AudioPart { Uri = new Uri("https://example.org/a.mp3"), Format = "mp3" },
        6 => new FilePart { Data = Bytes(random), MediaType = "application/pdf", FileName = "a.pdf" },
        7 => new FilePart { Uri = new Uri("https://example.org/a.pdf"), MediaType = "application/pdf" },
        _ => new FilePart { FileId = "file-1", FileName = "b.txt", MediaType = "text/plain" },
    };

    private static ChatRequest Request(Random random)
    {
        bool Maybe() => random.Next(2) == 0;
        var schema = JsonSerializer.Deserialize<JsonElement>("""{"type":"object","properties":{"a":{"type":["integer","null"]}}}""");
        ChatTool[] tools =
        [
            new ChatTool { Name = "f", Description = "does f", Parameters = schema, Strict = Maybe() ? true : null },
            new ChatTool { Name = "g" },
        ];
        var request = new ChatRequest
        {
            Messages = [ChatMessage.FromUser("hi")],
            Sampling = new SamplingOptions
            {
                Temperature = Maybe() ? 0.3f : null,
                TopP = Maybe() ? 0.9f : null,
                TopK = Maybe() ? 40 : null,
                MinP = Maybe() ? 0.05f : null,
                FrequencyPenalty = Maybe() ? 0.5f : null,
                PresencePenalty = Maybe() ? -0.5f : null,
                RepetitionPenalty = Maybe() ? 1.1f : null,
                Seed = Maybe() ? long.MaxValue : null,
                LogitBias = Maybe() ? new Dictionary<int, float> { [7] = -1.5f } : null,
            },
            MaxTokens = Maybe() ? 12 : null,
            MinTokens = Maybe() ? 3 : 0,
            Stop = Maybe() ? ["a", "b"] : [],
            StopTokenIds = Maybe() ? [1, 2] : [],
            IncludeStopText = Maybe(),
            IgnoreEndToken = Maybe(),
            SkipSpecialTokens = Maybe(),
            AddSpecialTokens = Maybe(),
            Truncation = random.Next(3) switch
            {
                0 => null,
                1 => new PromptTruncation { Side = TruncationSide.Left },
                _ => new PromptTruncation { MaxTokens = 99, Side = TruncationSide.Right },
            },
            ResponseFormat = random.Next(6) switch
            {
                0 => ResponseFormat.Text,
                1 => ResponseFormat.JsonObject,
                2 => ResponseFormat.JsonSchema(schema, "s", "a schema", Maybe() ? true : null),
                3 => ResponseFormat.Regex("[a-z]+"),
                4 => ResponseFormat.Choice(["yes", "no"]),
                _ => ResponseFormat.Grammar("root ::= x"),
            },
            Tools = tools,
            ToolChoice = random.Next(4) switch
            {
                0 => ToolChoice.Auto,
                1 => ToolChoice.None,
                2 => ToolChoice.Required,
                _ => ToolChoice.Named("f"),
            },
            ParallelToolCalls = Maybe(),
            ReasoningEffort = Maybe() ? ReasoningEffort.ExtraHigh : null,
            ContinueFinalMessage = Maybe() && random.Next(2) == 0,
            Template = Maybe() ? "{{ x }}" : null,
            TemplateArguments = Maybe() ? new Dictionary<string, JsonElement> { ["enable_thinking"] = JsonSerializer.Deserialize<JsonElement>("false") } : null,
            AdditionalProperties = Maybe() ? new Dictionary<string, JsonElement> { ["cache_salt"] = JsonSerializer.Deserialize<JsonElement>("\"s\"") } : null,
        };
        return request with { AddGenerationPrompt = !request.ContinueFinalMessage && Maybe() };
    }

    private static string Facts(ChatRequest request) => JsonSerializer.Serialize(new
    {
        request.Sampling, request.ChoiceCount, request.MaxTokens, request.MinTokens, request.Stop, request.StopTokenIds, request.IncludeStopText,
        request.IgnoreEndToken, request.TopLogprobs, request.ResponseFormat, request.SkipSpecialTokens, request.Truncation, request.Tools,
        request.ToolChoice, request.ParallelToolCalls, request.ReasoningEffort, request.AddGenerationPrompt, request.ContinueFinalMessage,
        request.AddSpecialTokens, request.TemplateArguments, request.Template, request.AdditionalProperties,
    });

    private static string Text(Random random) => _texts[random.Next(_texts.Length)];

    private static byte[] Bytes(Random random)
    {
        var bytes = new byte[random.Next(1, 20)];
        random.NextBytes(bytes);
        return bytes;
    }
}
