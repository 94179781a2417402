// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>A snapshot of one version of a model.</summary>
/// <param name="Version">The version.</param>
/// <param name="State">Where it is in its life.</param>
public sealed record ModelVersionInfo(string Version, ModelState State)
{
    /// <summary>Why it is in this state, when that needs a reason; safe to show to clients.</summary>
    public string? Reason { get; init; }

    /// <summary>What it says of itself; null until it was loaded once.</summary>
    public ModelMetadata? Metadata { get; init; }

    /// <summary>How busy it is when asked; null unless loaded.</summary>
    public ModelLoad? Load
    {
        get => LoadSource?.Invoke() ?? field;
        init;
    }

    /// <summary>How it gathers rows; null unless loaded, or when its backend does not say.</summary>
    public BatchingInfo? Batching
    {
        get => BatchingSource?.Invoke() ?? field;
        init;
    }

    /// <summary>When loading is expected to be done, if known.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Where the load is read, only if somebody asks: most snapshots are taken to find a version.</summary>
    internal Func<ModelLoad>? LoadSource { get; init; }

    /// <summary>As <see cref="LoadSource"/>, for <see cref="Batching"/>.</summary>
    internal Func<BatchingInfo?>? BatchingSource { get; init; }
}
