// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.Tests.Testing;

public sealed class ScriptedChatModelTests
{
    private static readonly ChatRequest _hello = new() { Messages = [ChatMessage.FromUser("hello")] };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task StreamAsync_Texts_EndsByItselfAndTellsUsageFirstAndLast()
    {
        var deltas = await PlayAsync(new ScriptedChatModel("Hel", "lo"), _hello);

        Assert.Equal(["Hel", "lo", null], deltas.Select(delta => delta.Text));
        Assert.Equal([null, null, FinishReason.Stop], deltas.Select(delta => delta.FinishReason));

        // "user: hello\nassistant: " has 23 bytes.
        Assert.Equal(
            [new() { PromptTokens = 23, CompletionTokens = 1 }, null, new TokenUsage { PromptTokens = 23, CompletionTokens = 2 }],
            deltas.Select(delta => delta.Usage));
    }

    [Fact]
    public async Task CompleteAsync_ReasoningRefusalAndToolCall_GathersAllOfIt()
    {
        var model = new ScriptedChatModel(
            ScriptedStep.Reasoning("hm"), "no", ScriptedStep.Refusal("won't"), ScriptedStep.ToolCall("c1", "get", "{\"a\""), ScriptedStep.ToolArguments(":1}"));

        var choice = Assert.Single((await model.CompleteAsync(_hello, Token)).Choices);

        Assert.Equal(("hm", "no", "won't"), (choice.Message.Reasoning, choice.Message.Text, choice.Message.Refusal));
        Assert.Equal(new ChatToolCall("c1", "get", "{\"a\":1}"), Assert.Single(choice.Message.ToolCalls));
        Assert.Equal(FinishReason.ToolCalls, choice.FinishReason);
    }

    [Fact]
    public async Task CompleteAsync_SeveralChoices_PlaysStepsWithoutAChoiceForAll()
    {
        var model = new ScriptedChatModel("a", ScriptedStep.Text("b", choice: 1), ScriptedStep.Finish(FinishReason.Length, choice: 1));

        var result = await model.CompleteAsync(_hello with { ChoiceCount = 2 }, Token);

        Assert.Equal([("a", FinishReason.Stop), ("ab", FinishReason.Length)], result.Choices.Select(choice => (choice.Message.Text, choice.FinishReason)));
        Assert.Equal(3, result.Usage!.CompletionTokens);
    }

    [Fact]
    public async Task StreamAsync_LogprobsAskedForOrNot_GivesThemOrLeavesThemOut()
    {
        var own = new TokenLogprob("x", -2);
        var model = new ScriptedChatModel("é", ScriptedStep.Text("x", logprobs: [own]));

        var with = await PlayAsync(model, _hello with { TopLogprobs = 2 });
        var without = await PlayAsync(model, _hello);

        var first = Assert.Single(with[0].Logprobs!);
        Assert.Equal(("é", -0.5f, 2), (first.Token, first.Logprob, first.Top.Count));
        Assert.Equal([0xC3, 0xA9], first.Bytes.ToArray());
        Assert.Same(own, Assert.Single(with[1].Logprobs!));
        Assert.All(without, delta => Assert.Null(delta.Logprobs));
    }

    [Fact]
    public async Task StreamAsync_ScriptThatTellsUsage_GetsNoneAdded()
    {
        var usage = new TokenUsage { PromptTokens = 7, CachedTokens = 3 };

        var deltas = await PlayAsync(new ScriptedChatModel(ScriptedStep.Usage(usage), "a"), _hello);

        Assert.Equal([usage, null, null], deltas.Select(delta => delta.Usage));
    }

    [Fact]
    public async Task StreamAsync_FailureInTheScript_ComesWhereItStands()
    {
        var failure = new InferenceException(InferenceErrorCode.EngineFailed, "Broken.");
        var model = new ScriptedChatModel("a", ScriptedStep.Fail(failure), "b");
        await using var stream = model.StreamAsync(_hello, Token).GetAsyncEnumerator(Token);

        Assert.True(await stream.MoveNextAsync());
        Assert.Equal("a", stream.Current.Text);
        Assert.Same(failure, await Assert.ThrowsAsync<InferenceException>(async () => await stream.MoveNextAsync()));
        Assert.Equal((1, 0, 0), (model.Calls.Count, model.Calls.Active, model.Calls.Cancelled));
    }

    [Fact]
    public async Task StreamAsync_Endless_EndsWhenItIsLeft()
    {
        var model = new ScriptedChatModel(_ => ScriptedStep.Endless("a"));

        var count = 0;
        await foreach (var delta in model.StreamAsync(_hello, Token))
        {
            Assert.Equal(1, model.Calls.Active);
            if (++count == 1000)
            {
                break;
            }
        }

        Assert.Equal((0, 1), (model.Calls.Active, model.Calls.Cancelled));
    }

    [Fact]
    public async Task StreamAsync_Wait_GoesByTheClockUpToTheDeadline()
    {
        var time = new FakeTimeProvider();
        var model = new ScriptedChatModel("a", ScriptedStep.Wait(TimeSpan.FromSeconds(5)), "b", ScriptedStep.Wait(TimeSpan.FromSeconds(60))) { Calls = { Time = time } };
        using var scope = InferenceContext.Use(new InferenceContext { Deadline = time.GetUtcNow() + TimeSpan.FromSeconds(20) });
        await using var stream = model.StreamAsync(_hello, Token).GetAsyncEnumerator(Token);
        await stream.MoveNextAsync();

        var second = stream.MoveNextAsync().AsTask();
        Assert.False(second.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(5));
        Assert.True(await second);
        Assert.Equal("b", stream.Current.Text);

        var third = stream.MoveNextAsync().AsTask();
        time.Advance(TimeSpan.FromSeconds(15));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, (await Assert.ThrowsAsync<InferenceException>(() => third)).Code);
    }

    [Fact]
    public async Task StreamAsync_CallerThatLeavesAtAGate_IsCancelled()
    {
        using var leaving = new CancellationTokenSource();
        var gate = new FakeGate();
        gate.Close();
        var model = new ScriptedChatModel(ScriptedStep.Pass(gate), "a");

        var answer = model.CompleteAsync(_hello, leaving.Token).AsTask();
        await gate.ArrivedAsync(1).WaitAsync(Token);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => answer);
        Assert.Equal((0, 1), (model.Calls.Active, model.Calls.Cancelled));
    }

    [Fact]
    public async Task StreamAsync_WhatTheModelDoesNotDeclare_IsRefusedByName()
    {
        var model = new ScriptedChatModel("a") { Info = GenerationInfo.Default };

        var refused = await Assert.ThrowsAsync<InferenceException>(async () => await model.CompleteAsync(_hello with { ChoiceCount = 2 }, Token));

        Assert.Equal((InferenceErrorCode.Unsupported, "n"), (refused.Code, refused.Parameter));
        Assert.Equal(2, model.LastRequest!.ChoiceCount);
    }

    [Fact]
    public async Task StreamAsync_AsWritten_BreaksOffWithoutAnEnd()
    {
        var model = new ScriptedChatModel("a") { CompletesAnswers = false };

        var broken = await Assert.ThrowsAsync<InferenceException>(async () => await model.CompleteAsync(_hello, Token));

        Assert.Equal(InferenceErrorCode.EngineFailed, broken.Code);
    }

    [Fact]
    public async Task StreamAsync_BehindAHost_IsServedAsAnyModel()
    {
        var model = new ScriptedChatModel("Hi");
        await using var host = await ModelTestHost.ReadyAsync(
            services => services.AddChatModel("m").UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(model)));

        var result = await host.Services.GetRequiredKeyedService<IChatModel>("m").CompleteAsync(_hello, Token);

        Assert.Equal("Hi", result.Text);
    }

    private static async Task<List<ChatDelta>> PlayAsync(ScriptedChatModel model, ChatRequest request)
    {
        var deltas = new List<ChatDelta>();
        await foreach (var delta in model.StreamAsync(request, Token))
        {
            deltas.Add(delta);
        }

        return deltas;
    }
}
