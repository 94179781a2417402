// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>All answers to some prompts.</summary>
public sealed record TextResult
{
    /// <summary>As many as were asked for, by index.</summary>
    public required IReadOnlyList<TextChoice> Choices { get; init; }

    /// <summary>What the request cost; null when unknown.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; null when it is not told.</summary>
    public GenerationDetails? Details { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>The text of the first answer.</summary>
    public string Text => Choices[0].Text;

    /// <summary>Puts the answers of a stream together.</summary>
    /// <param name="deltas">A whole stream.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="InferenceException">EngineFailed when the stream ended before a choice had finished; whatever the stream throws.</exception>
    public static async ValueTask<TextResult> GatherAsync(
        IAsyncEnumerable<TextDelta> deltas, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        var gatherer = new ChatGatherer();
        await foreach (var delta in deltas.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            gatherer.Add(new ChatDelta
            {
                Choice = delta.Choice,
                Text = delta.Text,
                Logprobs = delta.Logprobs,
                FinishReason = delta.FinishReason,
                StopMatch = delta.StopMatch,
                Usage = delta.Usage,
                Details = delta.Details,
                AdditionalProperties = delta.AdditionalProperties,
            });
        }

        var gathered = gatherer.ToResult();
        return new TextResult
        {
            Choices = [.. gathered.Choices.Select(choice => new TextChoice
            {
                Index = choice.Index,
                Text = choice.Message.Text,
                FinishReason = choice.FinishReason,
                StopMatch = choice.StopMatch,
                Logprobs = choice.Logprobs,
            })],
            Usage = gathered.Usage,
            Details = gathered.Details,
            AdditionalProperties = gathered.AdditionalProperties,
        };
    }

    /// <summary>The number of answers, never content: safe to log.</summary>
    public override string ToString() => $"{Choices.Count} choices";
}
