// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Puts the ragged axes that the model's owner declared on the metadata.</summary>
internal static class RaggedDeclaration
{
    /// <summary>The metadata with the declared axes on its inputs.</summary>
    /// <param name="metadata">What the engine says.</param>
    /// <param name="axes">What the owner declared.</param>
    /// <exception cref="InferenceException">InvalidInput: no such input, declared twice, or an axis that cannot be ragged.</exception>
    public static ModelMetadata Apply(ModelMetadata metadata, IEnumerable<RaggedAxis> axes)
    {
        TensorSpec[] inputs = [.. metadata.Inputs];
        var declared = new HashSet<string>(StringComparer.Ordinal);
        foreach (var axis in axes)
        {
            var index = Array.FindIndex(inputs, input => input.Name == axis.Input);
            if (index < 0)
            {
                throw Fail(axis, $"the model has no such input; it has {string.Join(", ", inputs.Select(input => RequestFaults.Quote(input.Name)))}");
            }

            Check(axis, inputs[index], declared.Add(axis.Input));
            inputs[index] = inputs[index] with { RaggedAxis = axis.Axis, PadValue = axis.PadValue, IsMask = axis.IsMask };
        }

        return declared.Count == 0 ? metadata : metadata with { Inputs = inputs };
    }

    private static void Check(RaggedAxis axis, TensorSpec input, bool isNew)
    {
        var rank = input.Shape.Rank;
        if (!isNew)
        {
            throw Fail(axis, "it is declared twice; name each input once");
        }

        if (axis.Axis < 0 || (rank > 0 && axis.Axis >= rank))
        {
            throw Fail(axis, $"shape {input.Shape} has no axis {axis.Axis}; give one from 0 to {rank - 1}");
        }

        if (axis.Axis == input.BatchAxis)
        {
            throw Fail(axis, $"axis {axis.Axis} is its batch axis; give another");
        }

        if (rank > 0 && input.Shape[axis.Axis] >= 0)
        {
            throw Fail(axis, $"axis {axis.Axis} has the fixed length {input.Shape[axis.Axis]}; give one that varies");
        }

        if (axis.IsMask && input.DataType == TensorDataType.Bytes)
        {
            throw Fail(axis, "a mask of BYTES cannot be made; declare it without IsMask");
        }
    }

    private static InferenceException Fail(RaggedAxis axis, string text)
        => new(InferenceErrorCode.InvalidInput, $"Ragged axis {axis.Axis} of input {RequestFaults.Quote(axis.Input)}: {text}.")
        {
            Parameter = axis.Input,
        };
}
