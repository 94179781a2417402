// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Gateway.Documents;
using Inference.Hosting.Capabilities;

namespace Gateway.Engine;

/// <summary>Chats with the words of <see cref="WordModel"/>, at the pace of a language model on a small GPU.</summary>
internal sealed class WordChat(WordModel model, TimeProvider? time = null) : IChatModel
{
    private const int DefaultTokens = 120;

    private static readonly TimeSpan _pace = TimeSpan.FromMilliseconds(20);

    private readonly TimeProvider _time = time ?? TimeProvider.System;

    public GenerationInfo Info { get; } = new()
    {
        Features = GenerationFeatures.Temperature | GenerationFeatures.Seed,
    };

    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Info.Features.EnsureSupports(request.RequiredFeatures);
        var about = Library.WordsOf(request.Messages[^1].Text).Where(word => word.Length > 3).ToHashSet();
        var prompt = request.Messages.Sum(message => Library.WordsOf(message.Text).Count);
        var random = request.Sampling.Seed is { } seed ? new Random((int)(seed % int.MaxValue)) : new Random();
        var most = request.MaxTokens ?? DefaultTokens;
        var count = 0;
        foreach (var word in model.Write(about, request.Sampling.Temperature ?? 1, random).Take(most))
        {
            await Task.Delay(_pace, _time, cancellationToken);
            yield return new ChatDelta { Text = count++ == 0 ? word : " " + word, Usage = Usage(prompt, count) };
        }

        yield return new ChatDelta { FinishReason = FinishReason.Length, Usage = Usage(prompt, count) };
    }

    // A word is a token here.
    private static TokenUsage Usage(int prompt, int completion) => new() { PromptTokens = prompt, CompletionTokens = completion };
}
