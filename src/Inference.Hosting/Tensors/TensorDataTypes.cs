// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting.Tensors;

/// <summary>The one table of what is known about each <see cref="TensorDataType"/>.</summary>
public static class TensorDataTypes
{
    private static readonly (TensorDataType Type, string Name, int Size)[] _table =
    [
        (TensorDataType.Bool, "BOOL", 1),
        (TensorDataType.UInt8, "UINT8", 1),
        (TensorDataType.UInt16, "UINT16", 2),
        (TensorDataType.UInt32, "UINT32", 4),
        (TensorDataType.UInt64, "UINT64", 8),
        (TensorDataType.Int8, "INT8", 1),
        (TensorDataType.Int16, "INT16", 2),
        (TensorDataType.Int32, "INT32", 4),
        (TensorDataType.Int64, "INT64", 8),
        (TensorDataType.FP16, "FP16", 2),
        (TensorDataType.BF16, "BF16", 2),
        (TensorDataType.FP32, "FP32", 4),
        (TensorDataType.FP64, "FP64", 8),
        (TensorDataType.Bytes, "BYTES", 0),
    ];

    private static readonly FrozenDictionary<string, TensorDataType> _byName =
        _table.ToFrozenDictionary(row => row.Name, row => row.Type, StringComparer.Ordinal);

    /// <summary>The V2 name, such as <c>FP32</c>.</summary>
    /// <param name="type">A defined type.</param>
    public static string ToV2Name(this TensorDataType type) => Row(type).Name;

    /// <summary>Bytes of one element; 0 for <see cref="TensorDataType.Bytes"/>, whose elements vary.</summary>
    /// <param name="type">A defined type.</param>
    public static int GetElementSize(this TensorDataType type) => Row(type).Size;

    /// <summary>Finds a type by its V2 name; case-sensitive, as the protocol is.</summary>
    /// <param name="name">For example <c>INT64</c>.</param>
    /// <param name="type">The type, or the default when unknown.</param>
    /// <returns>Whether the name is known.</returns>
    public static bool TryParse([NotNullWhen(true)] string? name, out TensorDataType type)
    {
        type = default;
        return name is not null && _byName.TryGetValue(name, out type);
    }

    /// <summary>The type that carries elements of <typeparamref name="T"/>.</summary>
    /// <typeparam name="T">A primitive number, <see cref="bool"/> or <see cref="Half"/>.</typeparam>
    /// <exception cref="NotSupportedException">No tensor type carries <typeparamref name="T"/>.</exception>
    public static TensorDataType Of<T>()
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) { return TensorDataType.FP32; }
        if (typeof(T) == typeof(long)) { return TensorDataType.Int64; }
        if (typeof(T) == typeof(int)) { return TensorDataType.Int32; }
        if (typeof(T) == typeof(byte)) { return TensorDataType.UInt8; }
        if (typeof(T) == typeof(bool)) { return TensorDataType.Bool; }
        if (typeof(T) == typeof(Half)) { return TensorDataType.FP16; }
        if (typeof(T) == typeof(double)) { return TensorDataType.FP64; }
        if (typeof(T) == typeof(sbyte)) { return TensorDataType.Int8; }
        if (typeof(T) == typeof(short)) { return TensorDataType.Int16; }
        if (typeof(T) == typeof(ushort)) { return TensorDataType.UInt16; }
        if (typeof(T) == typeof(uint)) { return TensorDataType.UInt32; }
        if (typeof(T) == typeof(ulong)) { return TensorDataType.UInt64; }
        throw new NotSupportedException(
            $"No tensor type carries {typeof(T)}. Use a primitive number, bool or Half; bfloat16 travels as ushort bits through InferenceTensor.FromBytes.");
    }

    /// <summary>Whether elements of <typeparamref name="T"/> may view data of <paramref name="type"/>.</summary>
    internal static bool Carries<T>(this TensorDataType type)
        where T : unmanaged
        => Of<T>() == type || (typeof(T) == typeof(ushort) && type is TensorDataType.BF16 or TensorDataType.FP16);

    private static (TensorDataType Type, string Name, int Size) Row(TensorDataType type)
        => (uint)((int)type - 1) < (uint)_table.Length
            ? _table[(int)type - 1]
            : throw new ArgumentOutOfRangeException(nameof(type), type, "Not a tensor data type.");
}
