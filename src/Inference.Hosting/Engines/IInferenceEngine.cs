// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Engines;

/// <summary>A loaded model that computes on this machine; what the batched backend drives.</summary>
/// <remarks>Thread-safe. Disposed after all its instances.</remarks>
public interface IInferenceEngine : IAsyncDisposable
{
    /// <summary>Inputs, outputs, axes, devices. Read before the first instance is made.</summary>
    ModelMetadata Metadata { get; }

    /// <summary>Facts that decide how it may be scheduled.</summary>
    EngineTraits Traits => EngineTraits.Default;

    /// <summary>Memory of the model in bytes, or null when unknown.</summary>
    long? MemoryBytes => null;

    /// <summary>What the metadata becomes once an instance has proved it: axes that symbols do not tell.</summary>
    /// <param name="instance">An instance, on its own thread, before any request.</param>
    /// <returns>The metadata to serve; <see cref="Metadata"/> when there is nothing to prove.</returns>
    ModelMetadata Prove(IEngineInstance instance) => Metadata;

    /// <summary>Makes an instance. Called on the thread that will use and dispose it.</summary>
    /// <param name="index">From 0; engines with several devices spread by it.</param>
    IEngineInstance CreateInstance(int index);

    /// <summary>Asks the runs in progress to end early, where the engine can. Called once the version fails what is left, before its threads are waited for.</summary>
    void Stop()
    {
        // A native run cannot be stopped.
    }
}
