// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Tensors;

/// <summary>Element types of the V2 protocol (Open Inference Protocol, "Tensor Data Types").</summary>
public enum TensorDataType
{
    /// <summary>One byte, 0 or 1; <see cref="bool"/>.</summary>
    Bool = 1,

    /// <summary><see cref="byte"/>.</summary>
    UInt8,

    /// <summary><see cref="ushort"/>.</summary>
    UInt16,

    /// <summary><see cref="uint"/>.</summary>
    UInt32,

    /// <summary><see cref="ulong"/>.</summary>
    UInt64,

    /// <summary><see cref="sbyte"/>.</summary>
    Int8,

    /// <summary><see cref="short"/>.</summary>
    Int16,

    /// <summary><see cref="int"/>.</summary>
    Int32,

    /// <summary><see cref="long"/>.</summary>
    Int64,

    /// <summary>IEEE 754 binary16; <see cref="Half"/>.</summary>
    FP16,

    /// <summary>bfloat16: the upper half of an FP32; carried as <see cref="ushort"/> bits.</summary>
    BF16,

    /// <summary><see cref="float"/>.</summary>
    FP32,

    /// <summary><see cref="double"/>.</summary>
    FP64,

    /// <summary>Byte strings of any length, UTF-8 where they are text; see <see cref="BytesEncoding"/>.</summary>
    Bytes,
}
