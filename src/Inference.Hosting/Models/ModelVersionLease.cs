// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting.Models;

/// <summary>A counted hold on a loaded version.</summary>
internal sealed class ModelVersionLease(ModelVersion version, ModelClient client) : ModelLease
{
    private int _released;

    public override string Model => version.Model;

    public override string Version => version.Version;

    public override ModelMetadata Metadata => version.Loaded.Metadata;

    public override TAsset GetAsset<TAsset>()
        => version.Assets.TryGetValue(typeof(TAsset), out var asset)
            ? (TAsset)asset
            : throw new InvalidOperationException(
                $"Model '{Model}' has no asset of type {typeof(TAsset).Name}. Register it: .WithAsset(files => …).");

    public override TCapability? GetCapability<TCapability>()
        where TCapability : class
        => version.Loaded.GetCapability(typeof(TCapability)) as TCapability;

    public override ValueTask<InferenceResponse> InferAsync(
        InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _released) != 0, this);

        // Each call counts for itself, so that a lease disposed too early cannot pull the version from under it.
        version.EnterAgain();
        return client.InferAsync(version, request, cancellationToken);
    }

    public override async IAsyncEnumerable<InferenceResponse> InferStreamAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        ObjectDisposedException.ThrowIf(Volatile.Read(ref _released) != 0, this);

        version.EnterAgain();
        await foreach (var response in client.StreamAsync(version, request, cancellationToken).ConfigureAwait(false))
        {
            yield return response;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (Interlocked.Exchange(ref _released, 1) == 0)
        {
            version.Exit();
        }

        base.Dispose(disposing);
    }
}
