// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Proves with 1 and 3 rows that outputs follow the batch axis of the inputs.</summary>
internal static class BatchAxisProbe
{
    /// <summary>The metadata with the batch axis on each output; without batching when an output does not follow.</summary>
    /// <param name="instance">On its own thread, before any request.</param>
    /// <param name="metadata">With batch axes on the inputs; unchanged when it does not support batching.</param>
    /// <param name="reason">Why the model does not batch, for the log; null when it does.</param>
    /// <param name="length">Length along the ragged axis.</param>
    /// <param name="sample">Makes a one-row request of a length, of which the rows are copies; null for zeros.</param>
    public static ModelMetadata Run(
        IEngineInstance instance,
        ModelMetadata metadata,
        out string? reason,
        int length = 0,
        Func<int, InferenceRequest>? sample = null)
        => throw new NotImplementedException();
}
