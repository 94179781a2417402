// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Responses.Items;
using Inference.Hosting.AspNetCore.OpenAI.Responses.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>A response on its way: what is known of it so far. Used by one request.</summary>
/// <param name="call">The request.</param>
/// <param name="query">What it asks for.</param>
internal sealed class ResponseDraft(OpenAICall call, ResponseQuery query)
{
    public string Id { get; } = OpenAIIds.Create("resp_");

    public OpenAICall Call { get; } = call;

    public ResponseQuery Query { get; } = query;

    public List<OutputItem> Items { get; } = [];

    public TokenUsage? Usage { get; set; }

    /// <summary>Why the answer ended; null while it goes on.</summary>
    public FinishReason? FinishReason { get; private set; }

    /// <summary>When the answer ended, in seconds; null while it goes on, and of one that a limit cut off.</summary>
    public long? CompletedAt { get; private set; }

    /// <summary>Why the answer is not whole, as clients know it; null otherwise.</summary>
    public string? IncompleteReason => FinishReason switch
    {
        Capabilities.FinishReason.Length => "max_output_tokens",
        Capabilities.FinishReason.ContentFilter => "content_filter",
        _ => null,
    };

    public string Status => FinishReason is null ? "in_progress" : IncompleteReason is null ? "completed" : "incomplete";

    /// <summary>What the status of the last item becomes when the answer ends like this.</summary>
    public static ItemStatus StatusOfLast(FinishReason reason)
        => reason is Capabilities.FinishReason.Length or Capabilities.FinishReason.ContentFilter ? ItemStatus.Incomplete : ItemStatus.Completed;

    /// <summary>Ends the answer.</summary>
    public void Finish(FinishReason reason)
    {
        FinishReason = reason;
        if (IncompleteReason is null)
        {
            CompletedAt = Call.Services.Time.GetUtcNow().ToUnixTimeSeconds();
        }
    }

    /// <summary>Takes over an answer that came as a whole: thoughts, then words, then calls.</summary>
    public void Take(ChatResult result)
    {
        var choice = result.Choices[0];
        Usage = result.Usage;
        if (choice.Message.Reasoning is { Length: > 0 } reasoning)
        {
            Items.Add(WithPart(new ReasoningItem(), PartKind.Reasoning, reasoning, null));
        }

        var text = choice.Message.Text;
        var message = new MessageItem();
        if (text.Length > 0)
        {
            WithPart(message, PartKind.Text, text, choice.Logprobs);
        }

        if (choice.Message.Refusal is { Length: > 0 } refusal)
        {
            WithPart(message, PartKind.Refusal, refusal, null);
        }

        // An answer without a word is a message without a word, unless it calls functions.
        if (message.Parts.Count == 0 && choice.Message.ToolCalls.Count == 0)
        {
            WithPart(message, PartKind.Text, "", choice.Logprobs);
        }

        if (message.Parts.Count > 0)
        {
            Items.Add(message);
        }

        foreach (var called in choice.Message.ToolCalls)
        {
            var item = new FunctionCallItem(called.Id, called.Name);
            item.Append(called.Arguments);
            Items.Add(item);
        }

        foreach (var item in Items)
        {
            item.Status = ItemStatus.Completed;
        }

        Items[^1].Status = StatusOfLast(choice.FinishReason);
        Finish(choice.FinishReason);
    }

    private static ContentItem WithPart(ContentItem item, PartKind kind, string text, IReadOnlyList<TokenLogprob>? logprobs)
    {
        var part = new OutputPart(kind);
        part.Append(text, logprobs);
        item.Parts.Add(part);
        return item;
    }
}
