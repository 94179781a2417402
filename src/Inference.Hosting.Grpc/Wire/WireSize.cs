// SPDX-License-Identifier: Apache-2.0

using System.Numerics;
using System.Text;

namespace Inference.Hosting.Grpc.Wire;

/// <summary>How many bytes things take in a protobuf message.</summary>
internal static class WireSize
{
    /// <summary>A number as it is: seven bits a byte.</summary>
    public static int Varint(ulong value) => ((BitOperations.Log2(value | 1) * 9) + 73) / 64;

    /// <summary>A number field below 16.</summary>
    public static int Field(ulong value) => 1 + Varint(value);

    /// <summary>A field below 16 with its length before it.</summary>
    public static long Bytes(long length) => 1 + Varint((ulong)length) + length;

    /// <summary>A text field below 16; an empty one is left out.</summary>
    public static int Text(string? text)
        => string.IsNullOrEmpty(text) ? 0 : (int)Bytes(Encoding.UTF8.GetByteCount(text));
}
