// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>A loaded version that leaves its counters behind.</summary>
internal sealed class WatchedModel(string model, string version, BatchedModel inner, Watch watch) : ILoadedModel
{
    public ModelMetadata Metadata => inner.Metadata;

    public ModelLoad Load => inner.Load;

    public ModelStatistics? Statistics => inner.Statistics;

    public BatchingInfo? Batching => inner.Batching;

    public string? Unavailable => inner.Unavailable;

    public bool EnforcesDeadlines => inner.EnforcesDeadlines;

    public Incarnation Describe() => Incarnation.Of(model, version, inner);

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => inner.InferAsync(request, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await inner.DisposeAsync();
        watch.End(this);
    }
}
