// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Grpc.Wire;

/// <summary>How the value of a field stands in a protobuf message.</summary>
internal enum WireType
{
    Varint = 0,
    Fixed64 = 1,
    Bytes = 2,
    StartGroup = 3,
    EndGroup = 4,
    Fixed32 = 5,
}
