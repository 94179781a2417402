// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2.Writing;

/// <summary>The classification extension: the best classes of each row as <c>value:index</c> or <c>value:index:label</c>.</summary>
internal static class Classification
{
    /// <summary>A BYTES tensor of shape [rows, min(count, classes)], or [min(count, classes)] for an output of one dimension.</summary>
    /// <remarks>All dimensions behind the first are classes. NaN ranks last; equal values rank by index.</remarks>
    /// <exception cref="InferenceException">InvalidInput: the output has no numbers.</exception>
    public static InferenceTensor Rank(string name, InferenceTensor tensor, int count, IReadOnlyList<string>? labels)
    {
        if (tensor.DataType == TensorDataType.Bytes)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, $"Output '{name}' holds BYTES, which cannot be classified.")
            {
                Parameter = name,
            };
        }

        tensor.Shape.TryGetElementCount(out var elements);
        var rows = tensor.Shape.Rank > 1 ? tensor.Shape[0] : 1;
        var classes = rows == 0 ? 0 : (int)(elements / rows);
        var kept = Math.Min(count, classes);
        var texts = new string[rows * kept];
        var order = new int[classes];
        var keys = new double[classes];
        for (var row = 0; row < rows; row++)
        {
            for (var i = 0; i < classes; i++)
            {
                (order[i], keys[i]) = (i, GetKey(tensor, (row * classes) + i));
            }

            Array.Sort(order, (left, right) => Compare(keys, left, right));
            for (var i = 0; i < kept; i++)
            {
                var index = order[i];
                var text = Format(tensor, (row * classes) + index) + ":" + index.ToString(CultureInfo.InvariantCulture);
                texts[(row * kept) + i] = labels is not null && index < labels.Count ? text + ":" + labels[index] : text;
            }
        }

        return InferenceTensor.FromBytes(
            TensorDataType.Bytes, BytesEncoding.Encode(texts), tensor.Shape.Rank > 1 ? [rows, kept] : [kept]);
    }

    private static int Compare(double[] keys, int left, int right)
    {
        var (a, b) = (keys[left], keys[right]);
        return double.IsNaN(a) || double.IsNaN(b)
            ? double.IsNaN(a) == double.IsNaN(b) ? left.CompareTo(right) : double.IsNaN(a) ? 1 : -1
            : a == b ? left.CompareTo(right) : b.CompareTo(a);
    }

    private static double GetKey(InferenceTensor tensor, int index) => tensor.DataType switch
    {
        TensorDataType.FP32 => At<float>(tensor, index),
        TensorDataType.FP64 => At<double>(tensor, index),
        TensorDataType.FP16 => (double)At<Half>(tensor, index),
        TensorDataType.BF16 => ToSingle(At<ushort>(tensor, index)),
        TensorDataType.Int8 => At<sbyte>(tensor, index),
        TensorDataType.Int16 => At<short>(tensor, index),
        TensorDataType.Int32 => At<int>(tensor, index),
        TensorDataType.Int64 => At<long>(tensor, index),
        TensorDataType.UInt16 => At<ushort>(tensor, index),
        TensorDataType.UInt32 => At<uint>(tensor, index),
        TensorDataType.UInt64 => At<ulong>(tensor, index),
        _ => At<byte>(tensor, index),
    };

    private static string Format(InferenceTensor tensor, int index) => tensor.DataType switch
    {
        TensorDataType.FP32 => At<float>(tensor, index).ToString(CultureInfo.InvariantCulture),
        TensorDataType.FP16 => At<Half>(tensor, index).ToString(CultureInfo.InvariantCulture),
        TensorDataType.BF16 => ToSingle(At<ushort>(tensor, index)).ToString(CultureInfo.InvariantCulture),
        TensorDataType.Int64 => At<long>(tensor, index).ToString(CultureInfo.InvariantCulture),
        TensorDataType.UInt64 => At<ulong>(tensor, index).ToString(CultureInfo.InvariantCulture),
        _ => GetKey(tensor, index).ToString(CultureInfo.InvariantCulture),
    };

    private static T At<T>(InferenceTensor tensor, int index)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(tensor.Bytes)[index];

    private static float ToSingle(ushort bits) => BitConverter.UInt32BitsToSingle((uint)bits << 16);
}
