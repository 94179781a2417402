// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Benchmarks.Chat;

/// <summary>Streams as many steps as the request allows tokens: all of them there at once, or each after a turn of the thread pool.</summary>
internal sealed class StreamingModel : IChatModel
{
    private static readonly TokenUsage _usage = new() { PromptTokens = 9, CompletionTokens = 1 };

    public async IAsyncEnumerable<ChatDelta> StreamAsync(ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var waits = request.Messages[0].Text == "wait";
        for (var i = 0; i < request.MaxTokens; i++)
        {
            if (waits)
            {
                await Task.Yield();
            }

            yield return new ChatDelta { Text = " token", Usage = i == 0 ? _usage : null };
        }

        yield return new ChatDelta { FinishReason = FinishReason.Stop, Usage = _usage };
    }
}
