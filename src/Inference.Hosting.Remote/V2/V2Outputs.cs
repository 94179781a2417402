// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2;

/// <summary>Compares answers with what was asked and what the metadata says, so that a caller gets that or an error. Thread-safe.</summary>
internal sealed class V2Outputs(ModelMetadata metadata)
{
    /// <exception cref="InferenceException">EngineFailed: an output is missing, or is not what the metadata says.</exception>
    public void Check(InferenceRequest request, V2Message message)
    {
        if (request.Outputs is { } wanted)
        {
            for (var i = 0; i < wanted.Count; i++)
            {
                Require(message, wanted[i]);
            }
        }
        else if (!metadata.IsDecoupled)
        {
            foreach (var spec in metadata.Outputs)
            {
                Require(message, spec.Name);
            }
        }

        foreach (var spec in metadata.Outputs)
        {
            if (message.Outputs.TryGetValue(spec.Name, out var tensor)
                && (tensor.DataType != spec.DataType || !Fits(spec.Shape.Dimensions, tensor.Shape.Dimensions)))
            {
                throw V2Faults.BadAnswer($"output '{spec.Name}' is {tensor}, but the metadata says {spec.DataType.ToV2Name()}{spec.Shape}");
            }
        }
    }

    /// <summary>The response, which owns the message. Outputs are in the order asked for, else in that of the metadata.</summary>
    public InferenceResponse ToResponse(InferenceRequest request, V2Message message, TimeSpan queue, TimeSpan compute)
        => new(
            Arrange(request, message.Outputs),
            new InferenceTiming
            {
                Version = metadata.Version,
                Queue = queue,
                Compute = compute,
                BatchSize = CountRows(request),
                Device = metadata.Devices[0],
            },
            message);

    private TensorCollection Arrange(InferenceRequest request, TensorCollection outputs)
    {
        if (IsArranged(request, outputs))
        {
            return outputs;
        }

        var arranged = new TensorCollection();
        if (request.Outputs is { } wanted)
        {
            for (var i = 0; i < wanted.Count; i++)
            {
                arranged.Add(wanted[i], outputs[wanted[i]]);
            }

            return arranged;
        }

        foreach (var spec in metadata.Outputs)
        {
            if (outputs.TryGetValue(spec.Name, out var tensor))
            {
                arranged.Add(spec.Name, tensor);
            }
        }

        return arranged;
    }

    // Nearly always.
    private bool IsArranged(InferenceRequest request, TensorCollection outputs)
    {
        var count = request.Outputs?.Count ?? metadata.Outputs.Count;
        if (count != outputs.Count)
        {
            return false;
        }

        for (var i = 0; i < count; i++)
        {
            if (outputs.Items[i].Key != (request.Outputs?[i] ?? metadata.Outputs[i].Name))
            {
                return false;
            }
        }

        return true;
    }

    private int CountRows(InferenceRequest request)
    {
        foreach (var spec in metadata.Inputs)
        {
            if (spec.BatchAxis is { } axis && request.Inputs.TryGetValue(spec.Name, out var tensor) && axis < tensor.Shape.Rank)
            {
                return (int)Math.Min(tensor.Shape[axis], int.MaxValue);
            }
        }

        return 1;
    }

    private static void Require(V2Message message, string name)
    {
        if (message.Outputs.IndexOf(name) < 0)
        {
            throw V2Faults.BadAnswer($"there is no output '{name}'");
        }
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
}
