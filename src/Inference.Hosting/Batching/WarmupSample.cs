// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>A request of zeros that a model should answer.</summary>
internal static class WarmupSample
{
    /// <summary>The first input whose shape has more open dimensions than rows and the ragged axis; null when a sample can be no other than made here.</summary>
    public static string? FreeInput(ModelMetadata metadata)
        => InputPlan.CreateAll(metadata)
            .FirstOrDefault(input => !input.MayBeMissing && (input.IsOpenRank || input.Dimensions.Index().Any(dimension =>
                dimension.Item < 0 && dimension.Index != input.BatchAxis && dimension.Index != input.RaggedAxis)))?.Name;

    /// <summary>Zeros, empty strings, 1 for each dimension that varies; optional inputs and masks are left out.</summary>
    /// <param name="metadata">The model.</param>
    /// <param name="length">Length along the ragged axis; 0 or 1 for the shortest.</param>
    /// <param name="rows">Rows along the batch axis.</param>
    /// <exception cref="InferenceException">Unsupported: an input of zeros would not fit memory.</exception>
    public static InferenceRequest Create(ModelMetadata metadata, int length = 0, int rows = 1)
    {
        var request = new InferenceRequest();
        foreach (var input in InputPlan.CreateAll(metadata))
        {
            if (input.MayBeMissing)
            {
                continue;
            }

            var rank = Math.Max(input.Dimensions.Length, Math.Max(input.BatchAxis, input.RaggedAxis) + 1);
            var shape = new long[rank];
            for (var axis = 0; axis < rank; axis++)
            {
                shape[axis] = axis == input.BatchAxis ? rows
                    : axis == input.RaggedAxis && (input.IsOpenRank || input.Dimensions[axis] < 0) ? Math.Max(length, 1)
                    : input.IsOpenRank ? 1
                    : input.Dimensions[axis] < 0 ? 1 : input.Dimensions[axis];
            }

            // An empty string takes the 4 bytes of its length.
            var size = input.ElementSize == 0 ? 4 : input.ElementSize;
            if (!TensorShape.TryGetElementCount(shape, out var elements) || elements > int.MaxValue / size)
            {
                throw new InferenceException(
                    InferenceErrorCode.Unsupported,
                    $"Input {RequestFaults.Quote(input.Name)} with shape {TensorShape.Create(shape)} exceeds 2 GiB: give a sample of your own in the warm-up options.")
                {
                    Parameter = input.Name,
                };
            }

            request.Inputs[input.Name] = InferenceTensor.FromBytes(input.DataType, new byte[elements * size], shape);
        }

        return request;
    }
}
