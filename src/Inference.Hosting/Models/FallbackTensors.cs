// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Models;

/// <summary>Tensor calls of a model, or of one that stands in for it and takes the same tensors.</summary>
internal static class FallbackTensors
{
    public static async ValueTask<InferenceResponse> InferAsync(
        FallbackChain chain, InferenceRequest request, InferenceContext? context, CancellationToken cancellationToken)
    {
        var overflow = request.Overflow;
        try
        {
            // What the request says wins over the context, by which each model is asked to take it at once.
            request.Overflow = null;
            var (response, model) = await chain.AskAsync(
                (Chain: chain, Request: request),
                static (state, index, token) => Client(state.Chain, index).InferOwnAsync(state.Request, InferenceContext.Current, token),
                request.Deadline ?? context?.Deadline,
                overflow ?? context?.Overflow ?? default,
                cancellationToken).ConfigureAwait(false);
            return model is null ? response : FallbackMark.On(response, model);
        }
        finally
        {
            request.Overflow = overflow;
        }
    }

    public static async IAsyncEnumerable<InferenceResponse> StreamAsync(
        FallbackChain chain, InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var context = InferenceContext.Current;
        if ((request.Version ?? context?.VersionFor(chain.Hosts[0].Name)) is not null)
        {
            await foreach (var response in chain.Hosts[0].Client.StreamOwnAsync(request, cancellationToken).ConfigureAwait(false))
            {
                yield return response;
            }

            yield break;
        }

        var overflow = request.Overflow;
        FallbackStream<InferenceResponse> stream;
        try
        {
            request.Overflow = null;
            stream = await chain.BeginAsync(
                (Chain: chain, Request: request),
                static (state, index, token) => Client(state.Chain, index).StreamOwnAsync(state.Request, token),
                request.Deadline ?? context?.Deadline,
                overflow ?? context?.Overflow ?? default,
                cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            request.Overflow = overflow;
        }

        await using var ended = stream.ConfigureAwait(false);
        while (stream.HasCurrent)
        {
            yield return stream.Model is { } model ? FallbackMark.On(stream.Current, model) : stream.Current;
            await stream.MoveNextAsync().ConfigureAwait(false);
        }
    }

    private static ModelClient Client(FallbackChain chain, int index)
    {
        var (asked, other) = (chain.Hosts[0], chain.Hosts[index]);
        return index > 0 && TensorSignature.FindDifference(asked.KnownMetadata, other.KnownMetadata) is { } difference
            ? throw new InferenceException(
                InferenceErrorCode.Unsupported, $"Model '{other.Name}' cannot stand in for model '{asked.Name}': {difference}.")
            : other.Client;
    }
}
