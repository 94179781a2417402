// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Chaos.Checks;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>A class that composes two models: each is called twice, and both calls of one belong to one version.</summary>
internal sealed class Pair(
    [FromKeyedServices("tags")] IInferenceClient tags, [FromKeyedServices("swap")] IInferenceClient swap, Tally tally)
{
    public async Task<PairAnswer> RunAsync(long tag, CancellationToken cancellationToken)
    {
        using var tagLease = await tags.AcquireAsync(cancellationToken);
        using var swapLease = await swap.AcquireAsync(cancellationToken);
        var first = await EchoAsync(tagLease, tag, cancellationToken);
        var before = await GenerationAsync(swapLease, cancellationToken);
        var second = await EchoAsync(tagLease, first, cancellationToken);
        var after = await GenerationAsync(swapLease, cancellationToken);
        return new PairAnswer(
            tagLease.Version, first, second, swapLease.GetAsset<Generation>().Number, before, after);
    }

    private async Task<long> EchoAsync(ModelLease lease, long tag, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest { Inputs = { ["tag"] = InferenceTensor.Create<long>([tag], 1, 1) } };
        using var response = await CountedAsync(lease, request, cancellationToken);
        return response["echo"].AsSpan<long>()[0];
    }

    private async Task<long> GenerationAsync(ModelLease lease, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest { Inputs = { ["x"] = InferenceTensor.Create<float>([1, 2, 3, 4], 1, ChaosModels.SwapWidth) } };
        using var response = await CountedAsync(lease, request, cancellationToken);
        return (long)response["generation"].AsSpan<float>()[0];
    }

    // The server counts each of these calls, so they are counted here, too.
    private async Task<InferenceResponse> CountedAsync(ModelLease lease, InferenceRequest request, CancellationToken cancellationToken)
    {
        var outcome = Outcome.Gone;
        try
        {
            var response = await lease.InferAsync(request, cancellationToken);
            outcome = Outcome.Ok;
            return response;
        }
        catch (InferenceException exception)
        {
            outcome = Outcomes.Of(exception.Code);
            throw;
        }
        finally
        {
            tally.CountInner(lease.Model, outcome);
        }
    }
}
