// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>Reads ModelInferResponse and ModelStreamInferResponse. Raw tensors are views of it.</summary>
internal static class InferResponseReader
{
    private const int MaxDimensions = 64;

    private static readonly ShapeCache _shapes = new();

    /// <summary>Fills a message's outputs.</summary>
    /// <param name="message">Owns the memory.</param>
    /// <param name="memory">One message of protobuf.</param>
    /// <param name="isInStream">Whether it is a ModelStreamInferResponse.</param>
    /// <param name="known">Outputs that probably come.</param>
    /// <exception cref="InferenceException">EngineFailed: it is no such message, or tensors do not fit their shapes.</exception>
    public static void Read(V2Message message, ReadOnlyMemory<byte> memory, bool isInStream, IReadOnlyList<TensorSpec> known)
    {
        try
        {
            if (isInStream)
            {
                ReadStreamed(message, memory, known);
            }
            else
            {
                ReadResponse(message, memory, known);
            }
        }
        catch (Exception exception) when (exception is InferenceException or ArgumentException or OverflowException)
        {
            throw V2Faults.BadAnswer("it is not a valid message of the V2 protocol, or its tensors do not fit their shapes", exception);
        }
    }

    private static void ReadStreamed(V2Message message, ReadOnlyMemory<byte> memory, IReadOnlyList<TensorSpec> known)
    {
        var reader = new WireReader(memory.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    message.Error = reader.ReadString(type) is { Length: > 0 } error ? error : null;
                    break;
                case 2:
                    var range = reader.ReadRange(type);
                    ReadResponse(message, memory.Slice(range.Start, range.Length), known);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    private static void ReadResponse(V2Message message, ReadOnlyMemory<byte> memory, IReadOnlyList<TensorSpec> known)
    {
        // (1) Where the tensors and their data stand.
        var (outputs, raw) = (new List<WireRange>(4), new List<WireRange>(4));
        var reader = new WireReader(memory.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 4:
                    message.IsFinal |= IsFinal(reader.ReadBytes(type));
                    break;
                case 5:
                    outputs.Add(reader.ReadRange(type));
                    break;
                case 6:
                    raw.Add(reader.ReadRange(type));
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        // (2) All are raw, or none is.
        if (raw.Count > 0 && raw.Count != outputs.Count)
        {
            throw new ArgumentException("The numbers of outputs and of raw contents differ.");
        }

        for (var i = 0; i < outputs.Count; i++)
        {
            ReadOutput(
                message,
                memory.Span.Slice(outputs[i].Start, outputs[i].Length),
                raw.Count > 0 ? memory.Slice(raw[i].Start, raw[i].Length) : null,
                known);
        }
    }

    private static void ReadOutput(V2Message message, ReadOnlySpan<byte> output, ReadOnlyMemory<byte>? raw, IReadOnlyList<TensorSpec> known)
    {
        Span<long> dimensions = stackalloc long[MaxDimensions];
        var rank = 0;
        var name = "";
        var dataType = default(TensorDataType);
        var contents = default(WireRange);
        var reader = new WireReader(output);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    name = FindName(reader.ReadBytes(type), known);
                    break;
                case 2:
                    dataType = FindType(reader.ReadBytes(type));
                    break;
                case 3:
                    ReadShape(ref reader, type, dimensions, ref rank);
                    break;
                case 5:
                    contents = reader.ReadRange(type);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        var shape = _shapes.Get(dimensions[..rank]);
        var data = raw ?? TypedContentsReader.Read(message, dataType, output.Slice(contents.Start, contents.Length));
        message.Outputs.Add(name, InferenceTensor.FromBytes(dataType, data, shape));
    }

    private static void ReadShape(ref WireReader reader, WireType type, scoped Span<long> dimensions, ref int rank)
    {
        if (type == WireType.Varint)
        {
            Add((long)reader.ReadVarint(), dimensions, ref rank);
            return;
        }

        var packed = reader.ReadBytes(type);
        var values = new WireReader(packed);
        while (values.Position < packed.Length)
        {
            Add((long)values.ReadVarint(), dimensions, ref rank);
        }
    }

    private static void Add(long dimension, Span<long> dimensions, ref int rank)
    {
        if (rank == dimensions.Length)
        {
            throw new ArgumentException("A shape has too many dimensions.");
        }

        dimensions[rank++] = dimension;
    }

    private static string FindName(ReadOnlySpan<byte> name, IReadOnlyList<TensorSpec> known)
    {
        for (var i = 0; i < known.Count; i++)
        {
            if (Ascii.Equals(name, known[i].Name))
            {
                return known[i].Name;
            }
        }

        return WireReader.Decode(name);
    }

    private static TensorDataType FindType(ReadOnlySpan<byte> name)
    {
        for (var type = TensorDataType.Bool; type <= TensorDataType.Bytes; type++)
        {
            if (Ascii.Equals(name, type.ToV2Name()))
            {
                return type;
            }
        }

        throw new ArgumentException("An output has a type that is not of the protocol.");
    }

    // The entry of the map of parameters that ends the answers to a request, if its value is true.
    private static bool IsFinal(ReadOnlySpan<byte> entry)
    {
        var (isKey, isTrue) = (false, false);
        var reader = new WireReader(entry);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    isKey = reader.ReadBytes(type).SequenceEqual("triton_final_response"u8);
                    break;
                case 2:
                    isTrue = reader.ReadBytes(type) is [0x08, not 0, ..];
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        return isKey && isTrue;
    }
}
