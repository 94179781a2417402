// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Chaos.Calls;

/// <summary>A tensor of whole numbers, small enough that every type used here holds them exactly.</summary>
/// <param name="Name">As the model names it.</param>
/// <param name="DataType">INT64, INT32 or FP32.</param>
/// <param name="Shape">With the rows first.</param>
/// <param name="Data">Row by row.</param>
internal sealed record CallTensor(string Name, TensorDataType DataType, long[] Shape, long[] Data)
{
    /// <summary>The bytes of another server's memory or of a message: little-endian.</summary>
    public byte[] ToBytes()
    {
        var bytes = new byte[Data.Length * DataType.GetElementSize()];
        for (var i = 0; i < Data.Length; i++)
        {
            switch (DataType)
            {
                case TensorDataType.Int64:
                    BitConverter.TryWriteBytes(bytes.AsSpan(i * 8), Data[i]);
                    break;
                case TensorDataType.Int32:
                    BitConverter.TryWriteBytes(bytes.AsSpan(i * 4), (int)Data[i]);
                    break;
                default:
                    BitConverter.TryWriteBytes(bytes.AsSpan(i * 4), (float)Data[i]);
                    break;
            }
        }

        return bytes;
    }

    /// <summary>Reads what <see cref="ToBytes"/> writes.</summary>
    public static long[] FromBytes(TensorDataType type, ReadOnlySpan<byte> bytes)
    {
        var data = new long[bytes.Length / type.GetElementSize()];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = type switch
            {
                TensorDataType.Int64 => BitConverter.ToInt64(bytes[(i * 8)..]),
                TensorDataType.Int32 => BitConverter.ToInt32(bytes[(i * 4)..]),
                _ => (long)BitConverter.ToSingle(bytes[(i * 4)..]),
            };
        }

        return data;
    }
}
