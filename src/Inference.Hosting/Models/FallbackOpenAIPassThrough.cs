// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.IO.Pipelines;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary>Passes bodies to a model, or to one that stands in for it, until the head of an answer is there.</summary>
/// <param name="chain">The models.</param>
/// <param name="find">The pass-through of one of them, by its index; null when it offers none.</param>
internal sealed class FallbackOpenAIPassThrough(FallbackChain chain, Func<int, IOpenAIPassThrough?> find) : IOpenAIPassThrough
{
    private readonly IOpenAIPassThrough _own = find(0)!;

    public bool CanPass(string route) => _own.CanPass(route);

    public async ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var context = InferenceContext.Current;
        if (context?.VersionFor(chain.Hosts[0].Name) is not null)
        {
            return await _own.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }

        var (response, model) = await chain.AskAsync(
            (Self: this, Request: request),
            static (state, index, token) => state.Self.SendAsync(index, state.Request, token),
            context?.Deadline,
            context?.Overflow ?? default,
            cancellationToken).ConfigureAwait(false);
        return model is null ? response : new MarkedResponse(response, model);
    }

    private async ValueTask<PassThroughResponse> SendAsync(int index, PassThroughRequest request, CancellationToken cancellationToken)
    {
        var name = chain.Hosts[index].Name;
        if (index > 0 && !chain.CanServe(index))
        {
            throw new InferenceException(InferenceErrorCode.NotReady, $"Model '{name}' cannot serve at the moment.");
        }

        if (find(index) is not { } model || !model.CanPass(request.Route))
        {
            chain.HandOver(index);
            throw new InferenceException(InferenceErrorCode.NotReady, $"Model '{name}' answers instead, but takes no bodies of this route as they are.")
            {
                Fallback = name,
            };
        }

        var response = await model.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode is not (429 or 503) || index == chain.Hosts.Count - 1)
        {
            return response;
        }

        // The server behind is full or down, and says so in its own words: so is the model.
        await using var ended = response.ConfigureAwait(false);
        throw new InferenceException(
            response.StatusCode == 429 ? InferenceErrorCode.QueueFull : InferenceErrorCode.NotReady,
            string.Create(CultureInfo.InvariantCulture, $"The server behind model '{name}' answered {response.StatusCode}."))
        {
            RetryAfter = response.RetryAfter,
        };
    }

    private sealed class MarkedResponse(PassThroughResponse inner, string model) : PassThroughResponse
    {
        public override int StatusCode => inner.StatusCode;

        public override string ContentType => inner.ContentType;

        public override TimeSpan? RetryAfter => inner.RetryAfter;

        public override TokenUsage? Usage => inner.Usage;

        public override string? Model => model;

        public override ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
            => inner.CopyToAsync(output, cancellationToken);

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
