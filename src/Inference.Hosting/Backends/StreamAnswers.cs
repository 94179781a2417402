// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Backends;

/// <summary>Checks what a streaming function gives before a caller sees it. Thread-safe.</summary>
internal sealed class StreamAnswers(ModelMetadata metadata)
{
    /// <summary>The wanted outputs of an answer, in the order they were asked for. Owns the answer, which is disposed if it is refused.</summary>
    /// <exception cref="InferenceException">EngineFailed: an output is missing or is not what the metadata says.</exception>
    public InferenceResponse Take(InferenceResponse answer, OutputSelection wanted, TimeSpan compute)
    {
        try
        {
            var outputs = new TensorCollection();
            foreach (var index in wanted.Order)
            {
                var spec = metadata.Outputs[index];
                outputs.Add(spec.Name, Find(answer, spec));
            }

            var timing = new InferenceTiming
            {
                Version = metadata.Version,
                Compute = compute,
                BatchSize = 1,
                Device = metadata.Devices[0],
            };
            return new InferenceResponse(outputs, timing, answer);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private static InferenceTensor Find(InferenceResponse answer, TensorSpec spec)
    {
        if (!answer.Outputs.TryGetValue(spec.Name, out var tensor))
        {
            throw Failed($"The model gave no output '{spec.Name}'.");
        }

        return tensor.DataType == spec.DataType && Fits(spec.Shape.Dimensions, tensor.Shape.Dimensions)
            ? tensor
            : throw Failed($"The model gave output '{spec.Name}' as {tensor}, but its metadata says {spec.DataType.ToV2Name()}{spec.Shape}.");
    }

    private static bool Fits(ReadOnlySpan<long> known, ReadOnlySpan<long> given)
    {
        if (known.Length != given.Length)
        {
            return false;
        }

        for (var i = 0; i < known.Length; i++)
        {
            if (known[i] >= 0 && known[i] != given[i])
            {
                return false;
            }
        }

        return true;
    }

    private static InferenceException Failed(string text) => new(InferenceErrorCode.EngineFailed, text);
}
