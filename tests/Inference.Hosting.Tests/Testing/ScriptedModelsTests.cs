// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.Tests.Testing;

public sealed class ScriptedModelsTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TextGenerator_SeveralPromptsWithEcho_GivesChoicesOfEachPrompt()
    {
        var model = new ScriptedTextGenerator("!", ScriptedStep.Text("?", choice: 3));

        var result = await model.CompleteAsync(
            new TextRequest { Prompts = ["a", TextInput.FromTokens(new[] { 98 })], ChoiceCount = 2, Echo = true }, Token);

        Assert.Equal(["a!", "a!", "b!", "b!?"], result.Choices.Select(choice => choice.Text));
        Assert.All(result.Choices, choice => Assert.Equal(FinishReason.Stop, choice.FinishReason));
        Assert.Equal(2, result.Usage!.PromptTokens);
    }

    [Fact]
    public async Task TextGenerator_NoTokensAllowed_GivesOnlyTheEcho()
    {
        var result = await new ScriptedTextGenerator("!").CompleteAsync(new TextRequest { Prompts = ["a"], Echo = true, MaxTokens = 0 }, Token);

        Assert.Equal(("a", FinishReason.Length), (result.Text, result.Choices[0].FinishReason));
    }

    [Fact]
    public async Task EmbeddingModel_TextsAndTokens_AreTheSameNumbersEverywhere()
    {
        var model = new ScriptedEmbeddingModel(3);

        var result = await model.EmbedAsync(new EmbeddingRequest { Inputs = ["ab", "ac", TextInput.FromTokens(new[] { 97, 98 })] }, Token);

        var vectors = result.Embeddings.Select(embedding => embedding.Vector.ToArray()).ToList();
        Assert.Equal(vectors[0], vectors[2]);
        Assert.NotEqual(vectors[0], vectors[1]);
        Assert.All(vectors, vector => Assert.Equal(1, vector.Sum(value => value * value), 1e-5));
        Assert.Equal(6, result.Usage!.PromptTokens);
    }

    [Fact]
    public async Task EmbeddingModel_FewerDimensions_CutsAndNormalizesAgain()
    {
        var model = new ScriptedEmbeddingModel(_ => [3, 4, 12], 3);

        var result = await model.EmbedAsync(new EmbeddingRequest { Inputs = ["a"], Dimensions = 2 }, Token);

        Assert.Equal([0.6f, 0.8f], result.Embeddings[0].Vector.ToArray());
    }

    [Fact]
    public async Task EmbeddingModel_TooLong_IsRefusedOrCut()
    {
        var model = new ScriptedEmbeddingModel();
        model.Info = model.Info! with { MaxInputTokens = 4 };
        var request = new EmbeddingRequest { Inputs = ["123456"] };

        var refused = await Assert.ThrowsAsync<InferenceException>(async () => await model.EmbedAsync(request, Token));
        var cut = await model.EmbedAsync(request with { Truncation = new PromptTruncation() }, Token);

        Assert.Equal(InferenceErrorReasons.ContextLengthExceeded, refused.Reason);
        Assert.Equal((4, 2), (cut.Embeddings[0].TokenCount, cut.Embeddings[0].TruncatedTokens));
    }

    [Fact]
    public async Task Reranker_SharedWords_RankFirst()
    {
        IReranker model = new ScriptedReranker();
        var request = new RerankRequest { Query = "red apple", Documents = ["a car", "an apple", "A red apple."] };

        var ranked = await model.RerankAsync(request, Token);
        var raw = await model.RerankAsync(request with { RawScores = true, TopN = 1 }, Token);

        Assert.Equal([2, 1, 0], ranked.Documents.Select(document => document.Index));
        Assert.Equal(0.5f, ranked.Documents[1].Score);
        Assert.Equal(4, Assert.Single(raw.Documents).Score);
    }

    [Fact]
    public async Task TextClassifier_SingleAndMultiLabel_GivesProbabilities()
    {
        var model = new ScriptedTextClassifier((_, _) => [0, 0], "good", "bad");
        var request = new ClassificationRequest { Inputs = ["x"] };

        var exclusive = await model.ClassifyAsync(request, Token);
        model.IsMultiLabel = true;
        var several = await model.ClassifyAsync(request, Token);
        var computed = await new ScriptedTextClassifier("a", "b", "c").ClassifyAsync(request, Token);

        Assert.Equal(["good", "bad"], exclusive.Labels);
        Assert.Equal([0.5f, 0.5f], exclusive.Classifications[0].Scores.ToArray());
        Assert.True(several.IsMultiLabel);
        Assert.Equal(1, computed.Classifications[0].Scores.ToArray().Sum(), 1e-5);
    }

    [Theory]
    [InlineData("")]
    [InlineData("héllo 🙂")]
    public async Task TokenCodec_Text_ComesBack(string text)
    {
        var codec = new ScriptedTokenCodec();

        var tokens = await codec.TokenizeAsync(new TokenizeRequest { Text = text, ReturnTokenTexts = true }, Token);

        Assert.Equal(256, tokens.Tokens.Span[0]);
        Assert.Equal(tokens.Tokens.Length, tokens.TokenTexts!.Count);
        Assert.Equal(text, await codec.DetokenizeAsync(new DetokenizeRequest { Tokens = tokens.Tokens, SkipSpecialTokens = true }, Token));
        Assert.Equal("<s>" + text, await codec.DetokenizeAsync(new DetokenizeRequest { Tokens = tokens.Tokens }, Token));
    }

    [Fact]
    public async Task TokenCodec_ChatAndBadToken_CountsAsTheChatModelAndRefuses()
    {
        var codec = new ScriptedTokenCodec();
        var chat = new ChatRequest { Messages = [ChatMessage.FromSystem("s"), ChatMessage.FromUser("ü")] };

        var tokens = await codec.TokenizeAsync(new TokenizeRequest { Chat = chat }, Token);
        var answer = await new ScriptedChatModel("a").CompleteAsync(chat, Token);
        var refused = await Assert.ThrowsAsync<InferenceException>(
            async () => await codec.DetokenizeAsync(new DetokenizeRequest { Tokens = new[] { 257 } }, Token));

        Assert.Equal(answer.Usage!.PromptTokens, tokens.Tokens.Length);
        Assert.Equal((InferenceErrorCode.InvalidInput, "tokens"), (refused.Code, refused.Parameter));
    }

    [Fact]
    public async Task Calls_FailureAndGate_HoldForEveryKind()
    {
        var failure = new InferenceException(InferenceErrorCode.QueueFull, "Busy.");
        var (embeddings, chat) = (new ScriptedEmbeddingModel { Calls = { Failure = failure } }, new ScriptedChatModel("a") { Calls = { Failure = failure } });

        Assert.Same(failure, await Assert.ThrowsAsync<InferenceException>(
            async () => await embeddings.EmbedAsync(new EmbeddingRequest { Inputs = ["a"] }, Token)));
        Assert.Same(failure, await Assert.ThrowsAsync<InferenceException>(
            async () => await chat.CompleteAsync(new ChatRequest { Messages = [ChatMessage.FromUser("a")] }, Token)));
        Assert.Equal((1, 0, 0), (embeddings.Calls.Count, embeddings.Calls.Active, embeddings.Calls.Cancelled));
    }
}
