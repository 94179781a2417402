// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.OpenAI.Reading;
using Inference.Hosting.Remote.OpenAI.Writing;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Completions of a server, in process. Thread-safe.</summary>
internal sealed class OpenAITextGenerator(OpenAIServer server) : ITextGenerator
{
    private const string Route = "completions";

    public GenerationInfo Info => server.GenerationInfo;

    public async IAsyncEnumerable<TextDelta> StreamAsync(
        TextRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Info.Features.EnsureSupports(request.RequiredFeatures);
        var body = CompletionWriter.Write(request, server.UpstreamModel, stream: true);
        var answer = await server.AskAsync(Route, body, cancellationToken).ConfigureAwait(false);
        await using var ended = answer.ConfigureAwait(false);
        var progress = new ChoiceProgress();
        TextDelta? held = null;
        TokenUsage? usage = null;
        await foreach (var item in EventReader.ReadAsync(answer).WithFailures(answer).ConfigureAwait(false))
        {
            usage = item.Usage() ?? usage;
            foreach (var delta in CompletionReader.ReadEvent(item))
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

    public async ValueTask<TextResult> CompleteAsync(TextRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Info.Features.EnsureSupports(request.RequiredFeatures);
        var body = CompletionWriter.Write(request, server.UpstreamModel, stream: false);
        return await server.CallAsync(Route, body, CompletionReader.Read, cancellationToken).ConfigureAwait(false);
    }
}
