// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>Checks one input of a request: type, rank, dimensions, rows, length, data.</summary>
internal static class InputCheck
{
    /// <returns>Whether rank and dimensions are as they must be.</returns>
    public static bool Run(InputPlan input, in InferenceTensor tensor, ref RequestSizes sizes, ref RequestFaults faults)
    {
        sizes.Bytes += tensor.ByteLength;
        if (tensor.DataType != input.DataType)
        {
            faults.Add(input.Name, tensor.DataType == 0
                ? $"Input {Name(input)} holds no tensor: send {Expected(input)}."
                : $"Input {Name(input)} is {tensor.DataType.ToV2Name()}: send it as {input.DataType.ToV2Name()}.");
            return false;
        }

        var shape = tensor.Shape.Dimensions;
        if (input.IsOpenRank ? shape.Length <= Math.Max(input.BatchAxis, input.RaggedAxis) : shape.Length != input.Dimensions.Length)
        {
            faults.Add(
                input.Name,
                $"Input {Name(input)} has shape {tensor.Shape}, rank {shape.Length}: send rank {Rank(input)}, {Expected(input)}.");
            return false;
        }

        var elements = 1L;
        var fits = true;
        for (var axis = 0; axis < shape.Length; axis++)
        {
            var dimension = shape[axis];
            elements = Math.BigMul((ulong)elements, (ulong)dimension, out var product) == 0 && product <= long.MaxValue
                ? (long)product
                : -1;
            if ((ulong)dimension > int.MaxValue || elements < 0)
            {
                faults.Add(input.Name, $"Input {Name(input)} has shape {tensor.Shape}, which is too large: send fewer elements.");
                return false;
            }

            fits &= axis == input.BatchAxis ? CheckRows(input, (int)dimension, ref sizes, ref faults)
                : axis == input.RaggedAxis ? CheckLength(input, (int)dimension, ref sizes, ref faults)
                : CheckDimension(input, tensor, axis, ref faults);
        }

        return CheckData(input, tensor, elements, ref faults) && fits;
    }

    private static bool CheckDimension(InputPlan input, in InferenceTensor tensor, int axis, ref RequestFaults faults)
    {
        if (input.IsOpenRank || input.Dimensions[axis] < 0 || input.Dimensions[axis] == tensor.Shape[axis])
        {
            return true;
        }

        faults.Add(
            input.Name,
            $"Input {Name(input)} has shape {tensor.Shape}, {tensor.Shape[axis]} on axis {axis}: send {input.Dimensions[axis]} there, {Expected(input)}.");
        return false;
    }

    private static bool CheckRows(InputPlan input, int rows, ref RequestSizes sizes, ref RequestFaults faults)
    {
        if (sizes.Rows < 0)
        {
            (sizes.Rows, sizes.RowsFrom) = (rows, input);
        }

        if (sizes.Rows == rows)
        {
            return true;
        }

        faults.Add(
            input.Name,
            $"Input {Name(input)} has {rows} rows on axis {input.BatchAxis}, but {Name(sizes.RowsFrom!)} has {sizes.Rows}: send as many rows in every input.");
        return false;
    }

    private static bool CheckLength(InputPlan input, int length, ref RequestSizes sizes, ref RequestFaults faults)
    {
        var axis = input.RaggedAxis;
        if (!input.IsOpenRank && input.Dimensions[axis] >= 0 && input.Dimensions[axis] != length)
        {
            faults.Add(
                input.Name,
                $"Input {Name(input)} has length {length} on axis {axis}: send {input.Dimensions[axis]}, {Expected(input)}.");
        }
        else if (length == 0 && sizes.Rows != 0)
        {
            faults.Add(
                input.Name,
                $"Input {Name(input)} has length 0 on axis {axis}: send at least one element there, for example the padding value.");
        }
        else if (length > sizes.MaxLength)
        {
            faults.Add(
                input.Name,
                $"Input {Name(input)} has length {length} on axis {axis}, but at most {sizes.MaxLength} is accepted: shorten it.");
        }
        else if (sizes.Length >= 0 && sizes.Length != length)
        {
            faults.Add(
                input.Name,
                $"Input {Name(input)} has length {length} on axis {axis}, but {Name(sizes.LengthFrom!)} has {sizes.Length}: send the same length in both.");
        }
        else
        {
            (sizes.Length, sizes.LengthFrom) = (length, sizes.LengthFrom ?? input);
            return true;
        }

        return false;
    }

    private static bool CheckData(InputPlan input, in InferenceTensor tensor, long elements, ref RequestFaults faults)
    {
        if (input.ElementSize > 0)
        {
            // Divided, so that no product can wrap.
            if (tensor.ByteLength % input.ElementSize == 0 && tensor.ByteLength / input.ElementSize == elements)
            {
                return true;
            }

            faults.Add(
                input.Name,
                $"Input {Name(input)} holds {tensor.ByteLength} bytes: shape {tensor.Shape} of {input.DataType.ToV2Name()} needs {elements} elements of {input.ElementSize} bytes.");
            return false;
        }

        var count = BytesEncoding.Count(tensor.Bytes);
        if (count == elements)
        {
            return true;
        }

        faults.Add(input.Name, count < 0
            ? $"Input {Name(input)} is not well-formed BYTES: each element is its length in 4 bytes, little-endian, then its bytes, with nothing left over."
            : $"Input {Name(input)} holds {count} elements: shape {tensor.Shape} needs {elements}.");
        return false;
    }

    private static string Name(InputPlan input) => RequestFaults.Quote(input.Name);

    private static string Expected(InputPlan input) => $"{input.DataType.ToV2Name()}{(input.IsOpenRank ? "" : input.Spec.Shape)}";

    private static string Rank(InputPlan input)
        => input.IsOpenRank ? $"{Math.Max(input.BatchAxis, input.RaggedAxis) + 1} or more" : $"{input.Dimensions.Length}";
}
