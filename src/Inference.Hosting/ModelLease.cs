// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;

namespace Inference.Hosting;

/// <summary>One version of a model, held for one logical call, so that tokenizer, graph and labels belong together.</summary>
/// <remarks>Thread-safe until disposed. Derive from it to fake a model in a test.</remarks>
public abstract class ModelLease : IDisposable
{
    /// <summary>The name of the model.</summary>
    public abstract string Model { get; }

    /// <summary>The version held.</summary>
    public abstract string Version { get; }

    /// <summary>What the version says of itself.</summary>
    public abstract ModelMetadata Metadata { get; }

    /// <summary>Something built from the version's files when it was loaded: tokenizer, labels, template.</summary>
    /// <typeparam name="TAsset">As registered with <c>WithAsset</c>.</typeparam>
    /// <exception cref="InvalidOperationException">No such asset was registered.</exception>
    public abstract TAsset GetAsset<TAsset>()
        where TAsset : class;

    /// <summary>A capability that the version's backend offers by itself.</summary>
    /// <typeparam name="TCapability">A capability contract.</typeparam>
    /// <returns>Null when it does not.</returns>
    public virtual TCapability? GetCapability<TCapability>()
        where TCapability : class
        => null;

    /// <inheritdoc cref="Capabilities.ITensorModel.InferAsync"/>
    public abstract ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default);

    /// <inheritdoc cref="Capabilities.ITensorModel.InferStreamAsync"/>
    public virtual async IAsyncEnumerable<InferenceResponse> InferStreamAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        yield return await InferAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Lets the version go.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Lets the version go; called at least once, must be idempotent.</summary>
    /// <param name="disposing">Always true: there is no finalizer.</param>
    protected virtual void Dispose(bool disposing)
    {
    }
}
