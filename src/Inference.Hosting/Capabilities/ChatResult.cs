// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.Capabilities;


/// <summary>All answers to a chat.</summary>
public sealed record ChatResult
{
    /// <summary>As many as were asked for, by index.</summary>
    public required IReadOnlyList<ChatChoice> Choices { get; init; }

    /// <summary>What the request cost; null when unknown.</summary>
    public TokenUsage? Usage { get; init; }

    /// <summary>How the request was answered; null when it is not told.</summary>
    public GenerationDetails? Details { get; init; }

    /// <summary>Fields of the answer that this contract does not know, from backends that pass them on.</summary>
    public IReadOnlyDictionary<string, JsonElement>? AdditionalProperties { get; init; }

    /// <summary>The text of the first answer.</summary>
    public string Text => Choices[0].Message.Text;

    /// <summary>Puts the answers of a stream together.</summary>
    /// <param name="deltas">A whole stream.</param>
    /// <param name="cancellationToken">Ends the enumeration.</param>
    /// <exception cref="InferenceException">EngineFailed when the stream ended before a choice had finished; whatever the stream throws.</exception>
    public static async ValueTask<ChatResult> GatherAsync(
        IAsyncEnumerable<ChatDelta> deltas, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(deltas);
        var gatherer = new ChatGatherer();
        await foreach (var delta in deltas.WithCancellation(cancellationToken).ConfigureAwait(false))
        {
            gatherer.Add(delta);
        }

        return gatherer.ToResult();
    }

    /// <summary>The number of answers, never content: safe to log.</summary>
    public override string ToString() => $"{Choices.Count} choices";
}
