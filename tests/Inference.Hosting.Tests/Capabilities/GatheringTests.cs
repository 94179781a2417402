// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Tests.Capabilities;

public sealed class GatheringTests
{
    [Fact]
    public async Task GatherAsync_ChoicesThatInterleave_ComeTogetherByIndex()
    {
        var result = await ChatResult.GatherAsync(Stream(
            new ChatDelta { Choice = 1, Reasoning = "hm", Usage = new() { PromptTokens = 3 } },
            new ChatDelta { Choice = 0, Text = "a", Logprobs = [new("a", -1)] },
            new ChatDelta { Choice = 1, Text = "x" },
            new ChatDelta { Choice = 0, Text = "b", Logprobs = [new("b", -2)] },
            new ChatDelta { Choice = 1, FinishReason = FinishReason.Length },
            new ChatDelta { Choice = 0, FinishReason = FinishReason.Stop, StopMatch = new() { Text = "END" }, Usage = new() { PromptTokens = 3, CompletionTokens = 4 } }));

        Assert.Equal([0, 1], result.Choices.Select(choice => choice.Index));
        Assert.Equal(["ab", "x"], result.Choices.Select(choice => choice.Message.Text));
        Assert.Equal("hm", result.Choices[1].Message.Reasoning);
        Assert.Equal(["a", "b"], result.Choices[0].Logprobs!.Select(item => item.Token));
        Assert.Null(result.Choices[1].Logprobs);
        Assert.Equal([FinishReason.Stop, FinishReason.Length], result.Choices.Select(choice => choice.FinishReason));
        Assert.Equal("END", result.Choices[0].StopMatch?.Text);
        Assert.Equal(7, result.Usage?.TotalTokens);
    }

    [Fact]
    public async Task GatherAsync_ToolCalls_AreJoinedAndEmptyArgumentsAreAnObject()
    {
        var result = await ChatResult.GatherAsync(Stream(
            new ChatDelta { ToolCall = new(0) { Id = "call_1", Name = "f", Arguments = "" } },
            new ChatDelta { ToolCall = new(0) { Arguments = "{\"a\":" } },
            new ChatDelta { ToolCall = new(0) { Arguments = "1}" } },
            new ChatDelta { ToolCall = new(1) { Id = "call_2", Name = "g" } },
            new ChatDelta { FinishReason = FinishReason.ToolCalls }));

        var message = Assert.Single(result.Choices).Message;
        Assert.Empty(message.Content);
        Assert.Equal([new("call_1", "f", "{\"a\":1}"), new("call_2", "g", "{}")], message.ToolCalls);
    }

    [Fact]
    public async Task GatherAsync_Refusal_IsAPartOfItsOwn()
    {
        var result = await ChatResult.GatherAsync(Stream(
            new ChatDelta { Refusal = "I " }, new ChatDelta { Refusal = "can't.", FinishReason = FinishReason.Stop }));

        Assert.Equal(("I can't.", ""), (result.Choices[0].Message.Refusal, result.Text));
    }

    [Fact]
    public async Task GatherAsync_StreamThatEndsEarly_IsAFailureAndNotAShortAnswer()
    {
        var fault = await Assert.ThrowsAsync<InferenceException>(
            () => ChatResult.GatherAsync(Stream(new ChatDelta { Text = "a" })).AsTask());
        Assert.Equal(InferenceErrorCode.EngineFailed, fault.Code);
        await Assert.ThrowsAsync<InferenceException>(() => ChatResult.GatherAsync(Stream<ChatDelta>()).AsTask());
        await Assert.ThrowsAsync<InferenceException>(() => TextResult.GatherAsync(Stream(new TextDelta { Text = "a" })).AsTask());
    }

    [Fact]
    public async Task GatherAsync_Texts_KeepsAll()
    {
        var result = await TextResult.GatherAsync(Stream(
            new TextDelta { Choice = 1, Text = "b", FinishReason = FinishReason.Stop },
            new TextDelta { Choice = 0, Text = "a", Logprobs = [new("a", null)], FinishReason = FinishReason.Length, Usage = new() { PromptTokens = 1 } }));

        Assert.Equal(["a", "b"], result.Choices.Select(choice => choice.Text));
        Assert.Null(Assert.Single(result.Choices[0].Logprobs!).Logprob);
        Assert.Equal(1, result.Usage?.PromptTokens);
    }

    [Fact]
    public async Task RerankAsync_ByDefault_SortsScoresStablyAndTakesTheBest()
    {
        IReranker reranker = new LengthScorer();

        var all = await reranker.RerankAsync(new RerankRequest { Query = "q", Documents = ["bb", "a", "cc", "dddd"] });
        var best = await reranker.RerankAsync(new RerankRequest { Query = "q", Documents = ["bb", "a", "cc", "dddd"], TopN = 2 });

        Assert.Equal([3, 0, 2, 1], all.Documents.Select(document => document.Index));
        Assert.Equal([(3, 4f), (0, 2f)], best.Documents.Select(document => (document.Index, document.Score)));
        Assert.Equal(9, best.Usage?.PromptTokens);
    }

    private static async IAsyncEnumerable<T> Stream<T>(params T[] items)
    {
        foreach (var item in items)
        {
            await Task.Yield();
            yield return item;
        }
    }

    private sealed class LengthScorer : IReranker
    {
        public ValueTask<ScoreResult> ScoreAsync(ScoreRequest request, CancellationToken cancellationToken = default)
            => new(new ScoreResult
            {
                Scores = [.. request.Pairs.Select(pair => new PairScore(pair.Second!.Value.Text.Length))],
                Usage = new TokenUsage { PromptTokens = request.Pairs.Sum(pair => pair.Second!.Value.Text.Length) },
            });
    }
}
