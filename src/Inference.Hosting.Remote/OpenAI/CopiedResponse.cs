// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>An answer that is handed on as it comes.</summary>
internal sealed class CopiedResponse(
    RemoteAnswer answer, byte[] model, bool hidesUsage, bool isResponses, CancellationToken caller) : PassThroughResponse
{
    private TokenUsage? _usage;

    public override int StatusCode => (int)answer.StatusCode;

    public override string ContentType { get; } = answer.ContentHeaders.ContentType?.ToString() ?? "application/json";

    public override TimeSpan? RetryAfter => answer.RetryAfter;

    public override TokenUsage? Usage => _usage;

    public override async ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(output);
        using var left = cancellationToken == caller ? default : answer.EndWith(cancellationToken);
        try
        {
            if (ContentType.StartsWith("text/event-stream", StringComparison.OrdinalIgnoreCase))
            {
                var events = new EventForwarder(model, hidesUsage, isResponses);
                try
                {
                    await events.CopyAsync(answer, output, cancellationToken).ConfigureAwait(false);
                }
                finally
                {
                    _usage = events.Usage;
                }
            }
            else
            {
                var json = new JsonForwarder(model);
                await json.CopyAsync(answer, output, cancellationToken).ConfigureAwait(false);
                _usage = json.Usage;
            }

            answer.Succeed();
        }
        catch (InferenceException exception)
        {
            throw answer.Fail(exception);
        }
    }

    public override ValueTask DisposeAsync() => answer.DisposeAsync();
}
