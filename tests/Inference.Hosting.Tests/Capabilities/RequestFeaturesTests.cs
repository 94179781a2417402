// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Tests.Capabilities;

public sealed class RequestFeaturesTests
{
    private static readonly JsonElement _json = JsonDocument.Parse("{}").RootElement;

    private static readonly ChatRequest _chat = new() { Messages = [ChatMessage.FromUser("x")] };

    private static readonly TextRequest _text = new() { Prompts = ["x"] };

    public static TheoryData<GenerationFeatures, ChatRequest> Chats => new()
    {
        { GenerationFeatures.None, _chat },
        { GenerationFeatures.None, _chat with { MaxTokens = 5, Sampling = new() { Temperature = 1, TopP = 1, TopK = 0, MinP = 0, RepetitionPenalty = 1 } } },
        { GenerationFeatures.None, _chat with { ToolChoice = ToolChoice.None, ParallelToolCalls = false } },
        { GenerationFeatures.Temperature, _chat with { Sampling = new() { Temperature = 0 } } },
        { GenerationFeatures.TopP, _chat with { Sampling = new() { TopP = 0.5f } } },
        { GenerationFeatures.TopK, _chat with { Sampling = new() { TopK = 5 } } },
        { GenerationFeatures.MinP, _chat with { Sampling = new() { MinP = 0.1f } } },
        { GenerationFeatures.FrequencyPenalty, _chat with { Sampling = new() { FrequencyPenalty = 1 } } },
        { GenerationFeatures.PresencePenalty, _chat with { Sampling = new() { PresencePenalty = -1 } } },
        { GenerationFeatures.RepetitionPenalty, _chat with { Sampling = new() { RepetitionPenalty = 1.1f } } },
        { GenerationFeatures.Seed, _chat with { Sampling = new() { Seed = 0 } } },
        { GenerationFeatures.LogitBias, _chat with { Sampling = new() { LogitBias = new Dictionary<int, float> { [1] = 2 } } } },
        { GenerationFeatures.Choices, _chat with { ChoiceCount = 2 } },
        { GenerationFeatures.Logprobs, _chat with { TopLogprobs = 0 } },
        { GenerationFeatures.Stop, _chat with { Stop = ["s"] } },
        { GenerationFeatures.StopTokenIds, _chat with { StopTokenIds = [1] } },
        { GenerationFeatures.IncludeStopText, _chat with { IncludeStopText = true } },
        { GenerationFeatures.MinTokens, _chat with { MinTokens = 1 } },
        { GenerationFeatures.IgnoreEndToken, _chat with { IgnoreEndToken = true } },
        { GenerationFeatures.KeepSpecialTokens, _chat with { SkipSpecialTokens = false } },
        { GenerationFeatures.Truncation, _chat with { Truncation = new() } },
        { GenerationFeatures.JsonObject, _chat with { ResponseFormat = ResponseFormat.JsonObject } },
        { GenerationFeatures.JsonSchema, _chat with { ResponseFormat = ResponseFormat.JsonSchema(_json) } },
        { GenerationFeatures.Regex, _chat with { ResponseFormat = ResponseFormat.Regex("a+") } },
        { GenerationFeatures.ChoiceList, _chat with { ResponseFormat = ResponseFormat.Choice(["a"]) } },
        { GenerationFeatures.Grammar, _chat with { ResponseFormat = ResponseFormat.Grammar("root ::= a") } },
        { GenerationFeatures.SpecialTokens, _chat with { AddSpecialTokens = true } },
        { GenerationFeatures.Tools, _chat with { Tools = [new() { Name = "f" }] } },
        { GenerationFeatures.Tools | GenerationFeatures.SingleToolCall, _chat with { Tools = [new() { Name = "f" }], ParallelToolCalls = false } },
        { GenerationFeatures.ForcedToolChoice, _chat with { ToolChoice = ToolChoice.Named("f") } },
        { GenerationFeatures.ForcedToolChoice | GenerationFeatures.AllowedTools, _chat with { ToolChoice = ToolChoice.AllowOnly(["f"], required: true) } },
        { GenerationFeatures.ReasoningEffort, _chat with { ReasoningEffort = ReasoningEffort.Low } },
        { GenerationFeatures.TemplateArguments, _chat with { TemplateArguments = new Dictionary<string, JsonElement> { ["a"] = _json } } },
        { GenerationFeatures.Template, _chat with { Template = "t" } },
        { GenerationFeatures.OmitGenerationPrompt, _chat with { AddGenerationPrompt = false } },
        { GenerationFeatures.ContinueFinalMessage, _chat with { AddGenerationPrompt = false, ContinueFinalMessage = true } },
        { GenerationFeatures.Images, With(new ImagePart()) },
        { GenerationFeatures.Audio, With(new AudioPart()) },
        { GenerationFeatures.Files, With(new FilePart()) },
        { GenerationFeatures.ReasoningHistory, _chat with { Messages = [ChatMessage.FromAssistant("x") with { Reasoning = "y" }] } },
    };

    public static TheoryData<GenerationFeatures, TextRequest> Texts => new()
    {
        { GenerationFeatures.None, _text },
        { GenerationFeatures.Prompts, _text with { Prompts = ["a", "b"] } },
        { GenerationFeatures.TokenInput, _text with { Prompts = [TextInput.FromTokens(new[] { 1 })] } },
        { GenerationFeatures.Suffix, _text with { Suffix = "s" } },
        { GenerationFeatures.Echo, _text with { Echo = true } },
        { GenerationFeatures.SpecialTokens, _text with { AddSpecialTokens = false } },
        { GenerationFeatures.Logprobs | GenerationFeatures.Choices, _text with { TopLogprobs = 1, ChoiceCount = 3 } },
    };

    [Theory]
    [MemberData(nameof(Chats))]
    public void RequiredFeatures_Chat_AreThoseThatDifferFromDefaults(GenerationFeatures expected, ChatRequest request)
        => Assert.Equal(expected, request.RequiredFeatures);

    [Theory]
    [MemberData(nameof(Texts))]
    public void RequiredFeatures_Text_AreThoseThatDifferFromDefaults(GenerationFeatures expected, TextRequest request)
        => Assert.Equal(expected, request.RequiredFeatures);

    [Fact]
    public void GetParameterName_EveryFeature_HasOne()
    {
        Assert.All(
            Enum.GetValues<GenerationFeatures>().Where(feature => System.Numerics.BitOperations.PopCount((ulong)feature) == 1),
            feature => Assert.NotEmpty(feature.GetParameterName()));
        Assert.All(Enum.GetValues<TextFeatures>().Where(feature => feature != 0), feature => Assert.NotEmpty(feature.GetParameterName()));
    }

    [Fact]
    public void EnsureSupports_FeatureThatIsMissing_NamesTheParameter()
    {
        var fault = Assert.Throws<InferenceException>(
            () => (GenerationFeatures.Sampling & ~GenerationFeatures.TopK).EnsureSupports(GenerationFeatures.Temperature | GenerationFeatures.TopK));

        Assert.Equal((InferenceErrorCode.Unsupported, "top_k"), (fault.Code, fault.Parameter));
        Assert.Contains("'top_k'", fault.Message, StringComparison.Ordinal);
        GenerationFeatures.Sampling.EnsureSupports(GenerationFeatures.Temperature | GenerationFeatures.TopK);
    }

    [Fact]
    public void RequiredFeatures_Embedding_AreThoseThatDifferFromDefaults()
    {
        var request = new EmbeddingRequest { Inputs = ["x"] };

        Assert.Equal(TextFeatures.None, request.RequiredFeatures);
        Assert.Equal(
            TextFeatures.TokenInput | TextFeatures.Dimensions | TextFeatures.OmitSpecialTokens | TextFeatures.Normalize | TextFeatures.PromptName
                | TextFeatures.Truncation,
            new EmbeddingRequest
            {
                Inputs = [TextInput.FromTokens(new[] { 1 })],
                Dimensions = 2,
                AddSpecialTokens = false,
                Normalize = false,
                PromptName = "query",
                Truncation = new(),
            }.RequiredFeatures);
        var fault = Assert.Throws<InferenceException>(() => TextFeatures.None.EnsureSupports(TextFeatures.Dimensions));
        Assert.Equal("dimensions", fault.Parameter);
    }

    [Fact]
    public void ToString_RequestsAndAnswers_HoldNoContent()
    {
        const string Secret = "secret";
        object[] all =
        [
            TextInput.FromText(Secret), new TextPair(Secret), new EmbeddingRequest { Inputs = [Secret] }, ChatMessage.FromUser(Secret),
            new TextPart(Secret), new ChatToolCall("1", "f", Secret), new ChatDelta { Text = Secret }, new TextDelta { Text = Secret },
            _chat with { Template = Secret }, _text with { Suffix = Secret, Prompts = [Secret] }, new TokenLogprob(Secret, 0),
            new ScoreRequest { Pairs = [Secret] }, new RerankRequest { Query = Secret, Documents = [Secret] },
            new ClassificationRequest { Inputs = [Secret] }, new TokenizeRequest { Text = Secret }, ResponseFormat.Regex(Secret),
            new TextChoice { Index = 0, Text = Secret, FinishReason = FinishReason.Stop }, new ChatToolCallDelta(0) { Arguments = Secret },
        ];

        Assert.All(all, item => Assert.DoesNotContain(Secret, item.ToString(), StringComparison.Ordinal));
    }

    private static ChatRequest With(ContentPart part)
        => new() { Messages = [new ChatMessage { Role = ChatRole.User, Content = [part] }] };
}
