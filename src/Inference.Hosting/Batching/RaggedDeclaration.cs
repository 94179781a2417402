// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Puts the ragged axes that the model's owner declared on the metadata.</summary>
internal static class RaggedDeclaration
{
    /// <summary>The metadata with the declared axes on its inputs.</summary>
    /// <param name="metadata">What the engine says.</param>
    /// <param name="axes">What the owner declared.</param>
    /// <exception cref="InferenceException">InvalidInput: no such input, axis out of range, the batch axis, or a fixed dimension.</exception>
    public static ModelMetadata Apply(ModelMetadata metadata, IEnumerable<RaggedAxis> axes) => throw new NotImplementedException();
}
