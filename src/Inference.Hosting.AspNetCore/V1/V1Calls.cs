// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>Makes calls of what was read: one where all instances are of one shape, else one for each run of equal ones.</summary>
/// <remarks>Rows of different shapes are no tensor; as calls of their own they meet again in the model's batches, if it batches them.</remarks>
internal static class V1Calls
{
    /// <exception cref="InferenceException">InvalidInput: unlike instances that the model does not take.</exception>
    public static IReadOnlyList<V1Call> Make(V1Request request, InferenceHttpOptions options)
    {
        V1Input[] inputs = [.. request.Inputs.Where(input => input.Runs.Count > 0)];
        if (request.IsColumnar)
        {
            return [MakeColumnar(inputs)];
        }

        foreach (var input in inputs)
        {
            CheckRows(input);
        }

        int[] starts = [.. inputs.SelectMany(input => input.Runs.Select(run => run.First)).Distinct().Order()];
        return starts.Length * inputs.Length <= options.MaxTensors
            ? [.. starts.Select((first, index) => MakeRows(request, inputs, first, index + 1 < starts.Length ? starts[index + 1] : request.Count))]
            : throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"The shapes of the instances change {starts.Length} times, which makes more than {options.MaxTensors} tensors ({InferenceHttpOptions.Section}:{nameof(options.MaxTensors)}). Put those of one shape behind each other.");
    }

    private static V1Call MakeColumnar(V1Input[] inputs)
    {
        var call = new InferenceRequest();
        foreach (var input in inputs)
        {
            call.Inputs.Add(input.Spec.Name, InferenceTensor.FromBytes(input.Spec.DataType, input.Data.Memory, input.Runs[0].Shape));
        }

        return new V1Call(call, null);
    }

    private static V1Call MakeRows(V1Request request, V1Input[] inputs, int first, int end)
    {
        var call = new InferenceRequest();
        foreach (var input in inputs)
        {
            call.Inputs.Add(input.Spec.Name, Stack(request, input, first, end - first));
        }

        return new V1Call(call, end - first);
    }

    private static InferenceTensor Stack(V1Request request, V1Input input, int first, int count)
    {
        var index = input.Runs.FindLastIndex(run => run.First <= first);
        var run = input.Runs[index];
        var runEnd = index + 1 < input.Runs.Count ? input.Runs[index + 1].Offset : input.Data.Length;
        var bytes = input.Data.Memory[run.Offset..runEnd];
        var start = Measure(input.Spec.DataType, bytes.Span, run.Shape, first - run.First);
        bytes = bytes.Slice(start, Measure(input.Spec.DataType, bytes.Span[start..], run.Shape, count));

        var axis = input.Spec.BatchAxis ?? 0;
        var inner = run.Shape.Dimensions;
        if (axis > inner.Length)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput,
                $"Instance {first}, input '{input.Spec.Name}': shape {run.Shape} has too few dimensions; the model takes {input.Spec.Shape} with the instances on axis {axis}.")
            {
                Parameter = input.Spec.Name,
            };
        }

        if (axis > 0)
        {
            TensorShape.TryGetElementCount(inner[..axis], out var outer);
            TensorShape.TryGetElementCount(inner[axis..], out var block);
            var moved = request.Rent();
            BlockTranspose.Write(input.Spec.DataType, bytes.Span, count, (int)outer, (int)block, moved);
            bytes = moved.Memory;
        }

        return InferenceTensor.FromBytes(input.Spec.DataType, bytes, [.. inner[..axis], count, .. inner[axis..]]);
    }

    private static int Measure(TensorDataType type, ReadOnlySpan<byte> bytes, TensorShape shape, int count)
    {
        shape.TryGetElementCount(out var elements);
        return type == TensorDataType.Bytes
            ? BytesEncoding.Measure(bytes, (int)(elements * count))
            : (int)(elements * count * type.GetElementSize());
    }

    // Unlike instances are taken where the model leaves the dimension open in which they differ.
    private static void CheckRows(V1Input input)
    {
        var (spec, wanted) = (input.Spec, input.Runs[0].Shape);
        var axis = spec.BatchAxis ?? 0;
        foreach (var run in input.Runs.Skip(1))
        {
            var isAllowed = run.Shape.Rank == wanted.Rank && spec.Shape.Rank == wanted.Rank + 1;
            for (var i = 0; isAllowed && i < wanted.Rank; i++)
            {
                isAllowed = run.Shape[i] == wanted[i] || spec.Shape[i < axis ? i : i + 1] < 0;
            }

            if (!isAllowed)
            {
                throw new InferenceException(
                    InferenceErrorCode.InvalidInput,
                    $"Instance {run.First}, input '{spec.Name}': shape {run.Shape} is unlike {wanted} of instance 0, and the model, which takes {spec.Shape}, leaves no such dimension open.")
                {
                    Parameter = spec.Name,
                };
            }
        }
    }
}
