// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>A request of zeros that a model should answer.</summary>
internal static class WarmupSample
{
    /// <summary>Zeros, empty strings, 1 for each dimension that varies; optional inputs and masks are left out.</summary>
    /// <param name="metadata">The model.</param>
    /// <param name="length">Length along the ragged axis; 0 or 1 for the shortest.</param>
    /// <param name="rows">Rows along the batch axis.</param>
    public static InferenceRequest Create(ModelMetadata metadata, int length = 0, int rows = 1)
        => throw new NotImplementedException();
}
