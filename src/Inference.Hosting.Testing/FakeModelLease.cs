// SPDX-License-Identifier: Apache-2.0

using System.Collections.ObjectModel;

namespace Inference.Hosting.Testing;

/// <summary>A lease without a host. Thread-safe until disposed, if its answer is.</summary>
/// <param name="metadata">What it says of its version.</param>
/// <param name="answer">From the request to the response.</param>
public sealed class FakeModelLease(
    ModelMetadata metadata, Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> answer) : ModelLease
{
    private int _disposed;

    /// <inheritdoc/>
    public override string Model => metadata.Name;

    /// <inheritdoc/>
    public override string Version => metadata.Version;

    /// <inheritdoc/>
    public override ModelMetadata Metadata => metadata;

    /// <summary>Assets by the type they are asked for by.</summary>
    /// <value>None by default.</value>
    public IReadOnlyDictionary<Type, object> Assets { get; init; } = ReadOnlyDictionary<Type, object>.Empty;

    /// <summary>Capabilities of the backend by their contract.</summary>
    /// <value>None by default.</value>
    public IReadOnlyDictionary<Type, object> Capabilities { get; init; } = ReadOnlyDictionary<Type, object>.Empty;

    /// <summary>Called once, when the lease is disposed; null for nothing.</summary>
    public Action? Released { get; init; }

    /// <summary>Whether it was disposed.</summary>
    public bool IsDisposed => Volatile.Read(ref _disposed) != 0;

    /// <inheritdoc/>
    public override TAsset GetAsset<TAsset>()
        => Assets.TryGetValue(typeof(TAsset), out var asset)
            ? (TAsset)asset
            : throw new InvalidOperationException($"The fake has no asset of type {typeof(TAsset).Name}: give it one with WithAsset.");

    /// <inheritdoc/>
    public override TCapability? GetCapability<TCapability>()
        where TCapability : class
        => Capabilities.TryGetValue(typeof(TCapability), out var capability) ? (TCapability)capability : null;

    /// <inheritdoc/>
    public override ValueTask<InferenceResponse> InferAsync(
        InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(IsDisposed, this);
        cancellationToken.ThrowIfCancellationRequested();
        return answer(request, cancellationToken);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Released?.Invoke();
        }

        base.Dispose(disposing);
    }
}
