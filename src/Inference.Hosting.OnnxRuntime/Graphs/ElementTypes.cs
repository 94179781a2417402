// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime.Tensors;

namespace Inference.Hosting.OnnxRuntime.Graphs;

/// <summary>The one table between element types of ONNX Runtime and of the V2 protocol.</summary>
internal static class ElementTypes
{
    private static readonly (TensorElementType Element, TensorDataType Data)[] _table =
    [
        (TensorElementType.Float, TensorDataType.FP32),
        (TensorElementType.UInt8, TensorDataType.UInt8),
        (TensorElementType.Int8, TensorDataType.Int8),
        (TensorElementType.UInt16, TensorDataType.UInt16),
        (TensorElementType.Int16, TensorDataType.Int16),
        (TensorElementType.Int32, TensorDataType.Int32),
        (TensorElementType.Int64, TensorDataType.Int64),
        (TensorElementType.String, TensorDataType.Bytes),
        (TensorElementType.Bool, TensorDataType.Bool),
        (TensorElementType.Float16, TensorDataType.FP16),
        (TensorElementType.Double, TensorDataType.FP64),
        (TensorElementType.UInt32, TensorDataType.UInt32),
        (TensorElementType.UInt64, TensorDataType.UInt64),
        (TensorElementType.BFloat16, TensorDataType.BF16),
    ];

    /// <summary>The V2 type, or null when tensors of this type cannot be served.</summary>
    public static TensorDataType? ToDataType(TensorElementType element)
    {
        foreach (var row in _table)
        {
            if (row.Element == element)
            {
                return row.Data;
            }
        }

        return null;
    }

    public static TensorElementType ToElementType(TensorDataType data)
    {
        foreach (var row in _table)
        {
            if (row.Data == data)
            {
                return row.Element;
            }
        }

        throw new ArgumentOutOfRangeException(nameof(data), data, "Not a tensor data type.");
    }

    /// <summary>The name in onnx.proto3, for types that cannot be served, too.</summary>
    public static string NameOf(int onnxNumber) => onnxNumber switch
    {
        1 => "float",
        2 => "uint8",
        3 => "int8",
        4 => "uint16",
        5 => "int16",
        6 => "int32",
        7 => "int64",
        8 => "string",
        9 => "bool",
        10 => "float16",
        11 => "double",
        12 => "uint32",
        13 => "uint64",
        14 => "complex64",
        15 => "complex128",
        16 => "bfloat16",
        17 => "float8e4m3fn",
        18 => "float8e4m3fnuz",
        19 => "float8e5m2",
        20 => "float8e5m2fnuz",
        21 => "uint4",
        22 => "int4",
        23 => "float4e2m1",
        24 => "float8e8m0",
        _ => $"type {onnxNumber}",
    };

    /// <summary>Whether tensors of the type can be inputs and outputs.</summary>
    public static bool IsServable(int onnxNumber) => onnxNumber is >= 1 and <= 13 or 16;
}
