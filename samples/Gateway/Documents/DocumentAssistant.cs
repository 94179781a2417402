// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text;
using Inference.Hosting.Capabilities;

namespace Gateway.Documents;

/// <summary>A chat model without a language model: it answers with the passages of the documentation that fit the question best.</summary>
internal sealed class DocumentAssistant(Library library) : IChatModel
{
    private const int Passages = 2;

    public GenerationInfo Info { get; } = new();

    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        Info.Features.EnsureSupports(request.RequiredFeatures);
        var question = request.Messages.LastOrDefault(message => message.Role == ChatRole.User)?.Text ?? "";
        var prompt = request.Messages.Sum(message => Library.WordsOf(message.Text).Count);
        var words = Answer(question).Split(' ');
        var count = Math.Min(words.Length, request.MaxTokens ?? int.MaxValue);
        for (var i = 0; i < count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            yield return new ChatDelta { Text = i == 0 ? words[i] : " " + words[i], Usage = Usage(prompt, i + 1) };
        }

        await Task.CompletedTask;
        yield return new ChatDelta
        {
            FinishReason = count < words.Length ? FinishReason.Length : FinishReason.Stop,
            Usage = Usage(prompt, count),
        };
    }

    // A word is a token here.
    private static TokenUsage Usage(int prompt, int completion) => new() { PromptTokens = prompt, CompletionTokens = completion };

    private string Answer(string question)
    {
        var found = library.Find(question, Passages);
        if (found.Count == 0)
        {
            return "The documentation has nothing on that.";
        }

        var answer = new StringBuilder();
        foreach (var passage in found)
        {
            answer.Append(answer.Length > 0 ? "\n\n" : "").Append("From ").Append(passage.Title).Append(":\n").Append(passage.Text);
        }

        return answer.ToString();
    }
}
