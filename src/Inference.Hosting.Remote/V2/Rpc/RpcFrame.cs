// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>What stands before each message of a gRPC call: whether it is compressed, and its length.</summary>
internal static class RpcFrame
{
    public const int Length = 5;

    public static void Write(Span<byte> frame, int length)
    {
        frame[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(frame[1..], length);
    }

    /// <summary>The length of the message behind it.</summary>
    /// <exception cref="InferenceException">EngineFailed: it is compressed, which nobody asked for, or too long.</exception>
    public static int Read(ReadOnlySpan<byte> frame)
    {
        var length = BinaryPrimitives.ReadUInt32BigEndian(frame[1..]);
        return frame[0] != 0 ? throw V2Faults.BadAnswer("it is compressed, which it was not asked for")
            : length > Array.MaxLength - 1 ? throw V2Faults.BadAnswer("it is larger than 2 GiB")
            : (int)length;
    }
}
