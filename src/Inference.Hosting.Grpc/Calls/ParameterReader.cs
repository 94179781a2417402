// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Grpc.Wire;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>Reads an entry of a map of InferParameter.</summary>
internal static class ParameterReader
{
    /// <summary>Name and value: text, a number or a boolean.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static (string Name, object Value) Read(ReadOnlySpan<byte> entry)
    {
        var name = "";
        object? value = null;
        var reader = new WireReader(entry);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    name = reader.ReadString(type);
                    break;
                case 2:
                    value = ReadValue(reader.ReadBytes(type)) ?? value;
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return (name, value ?? throw new InferenceException(InferenceErrorCode.InvalidInput, $"Parameter '{name}' has no value.")
        {
            Parameter = name,
        });
    }

    private static object? ReadValue(ReadOnlySpan<byte> parameter)
    {
        object? value = null;
        var reader = new WireReader(parameter);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1 when type == WireType.Varint:
                    value = reader.ReadVarint() != 0;
                    break;
                case 2 when type == WireType.Varint:
                    value = (long)reader.ReadVarint();
                    break;
                case 3:
                    value = reader.ReadString(type);
                    break;
                case 4 when type == WireType.Fixed64:
                    value = BitConverter.UInt64BitsToDouble(reader.ReadFixed64());
                    break;
                case 5 when type == WireType.Varint:
                    // As JSON has it: unsigned only where it must be.
                    var number = reader.ReadVarint();
                    value = number <= long.MaxValue ? (long)number : number;
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return value;
    }
}
