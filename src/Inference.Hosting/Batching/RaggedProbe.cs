// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Finds which output axes carry the ragged length, and by which factor, by running one row at different lengths.</summary>
internal static class RaggedProbe
{
    /// <summary>The metadata with <c>RaggedAxis</c> and <c>RaggedScale</c> on the outputs; unchanged when no input is ragged.</summary>
    /// <param name="instance">On its own thread, before any request.</param>
    /// <param name="metadata">With ragged inputs declared; outputs that declare an axis are left as they are.</param>
    /// <param name="maxLength">Longest accepted length.</param>
    /// <param name="sample">Makes a one-row request of a length; null for zeros.</param>
    /// <exception cref="InferenceException">Unsupported: an output depends on the length in a way that cannot be cut back.</exception>
    public static ModelMetadata Run(
        IEngineInstance instance, ModelMetadata metadata, int maxLength, Func<int, InferenceRequest>? sample = null)
        => throw new NotImplementedException();
}
