// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Hands whole bodies on. Thread-safe.</summary>
internal sealed class OpenAIPassThrough(OpenAIServer server) : IOpenAIPassThrough
{
    public bool CanPass(string route) => (server.Options.Routes & OpenAIPaths.Find(route)) != OpenAIRoutes.None;

    public async ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var mayAskUsage = request.Route is "chat/completions" or "completions";
        var body = RequestRewriter.Rewrite(request.Body.Span, server.UpstreamModelJson, mayAskUsage, out var hidesUsage);
        var answer = await server.SendAsync(request.Route, body, request.RequestId, cancellationToken).ConfigureAwait(false);
        try
        {
            if (answer.IsSuccess)
            {
                return new CopiedResponse(answer, OpenAIServer.ToJson(request.Model), hidesUsage, request.Route == "responses", cancellationToken);
            }

            if (answer.StatusCode < HttpStatusCode.BadRequest)
            {
                throw new InferenceException(
                    InferenceErrorCode.EngineFailed,
                    $"The server behind the model answered {(int)answer.StatusCode}, which is no answer: its address may be wrong.");
            }

            var error = await UpstreamErrors.ReadAsync(answer).ConfigureAwait(false);
            return new ErrorResponse(answer, error);
        }
        catch
        {
            await answer.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }
}
