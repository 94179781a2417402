// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.OpenAI.Reading;
using Inference.Hosting.Remote.OpenAI.Writing;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Chats of a server, in process. Thread-safe.</summary>
internal sealed class OpenAIChatModel(OpenAIServer server) : IChatModel
{
    private const string Route = "chat/completions";

    public GenerationInfo Info => server.GenerationInfo;

    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Info.Features.EnsureSupports(request.RequiredFeatures);
        var body = ChatWriter.Write(request, server.UpstreamModel, server.Options.MaxTokensField, stream: true);
        var answer = await server.AskAsync(Route, body, cancellationToken).ConfigureAwait(false);
        await using var ended = answer.ConfigureAwait(false);
        var progress = new ChoiceProgress();
        ChatDelta? held = null;
        TokenUsage? usage = null;

        // The last step is held back: usage comes behind it, and belongs to it.
        await foreach (var item in EventReader.ReadAsync(answer).WithFailures(answer).ConfigureAwait(false))
        {
            usage = item.Usage() ?? usage;
            foreach (var delta in ChatReader.ReadEvent(item))
            {
                progress.Add(delta.Choice, delta.FinishReason);
                if (held is not null)
                {
                    yield return held;
                }

                held = delta;
            }
        }

        progress.EnsureFinished(answer);
        answer.Succeed();
        yield return held! with { Usage = usage };
    }

    public async ValueTask<ChatResult> CompleteAsync(ChatRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Info.Features.EnsureSupports(request.RequiredFeatures);
        var body = ChatWriter.Write(request, server.UpstreamModel, server.Options.MaxTokensField, stream: false);
        return await server.CallAsync(Route, body, ChatReader.Read, cancellationToken).ConfigureAwait(false);
    }
}
