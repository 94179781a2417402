// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using System.Text;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>Reads ModelInferRequest: first whom it is for, then, when that is known, what it asks.</summary>
internal static class InferMessageReader
{
    // One more than is needed to see that there are too many; the request says so.
    private const int MaxDimensions = 1025;

    /// <summary>Finds the model's name and version and the tensors, and sees that the message is sound.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static void Open(InferMessage message)
    {
        var reader = new WireReader(message.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 1:
                    message.ModelName = reader.ReadString(type);
                    break;
                case 2:
                    message.ModelVersion = reader.ReadString(type) is { Length: > 0 } version ? version : null;
                    break;
                case 3:
                    message.Id = reader.ReadString(type) is { Length: > 0 } id ? id : null;
                    break;
                case 5:
                    message.Inputs.Add(reader.ReadRange(type));
                    break;
                case 7:
                    message.RawInputs.Add(reader.ReadRange(type));
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }
    }

    /// <summary>Fills the request.</summary>
    /// <param name="message">After <see cref="Open"/>.</param>
    /// <param name="metadata">Names that probably come; null when nothing is known.</param>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge, Unsupported.</exception>
    public static void Read(InferMessage message, ModelMetadata? metadata)
    {
        var request = message.Request;
        if (message.Id is not null)
        {
            request.SetId(message.Id);
        }

        var reader = new WireReader(message.Span);
        while (reader.TryReadTag(out var field, out var type))
        {
            switch (field)
            {
                case 4:
                    var (name, value) = ParameterReader.Read(reader.ReadBytes(type));
                    request.AddParameter(name, value);
                    break;
                case 6:
                    ReadOutput(request, reader.ReadBytes(type), metadata?.Outputs ?? []);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        for (var i = 0; i < message.Inputs.Count; i++)
        {
            ReadInput(message, i, metadata?.Inputs ?? []);
        }

        if (message.RawInputs.Count > message.Inputs.Count)
        {
            throw WrongNumber(message);
        }
    }

    [SkipLocalsInit]
    private static void ReadInput(InferMessage message, int index, IReadOnlyList<TensorSpec> known)
    {
        Span<long> dimensions = stackalloc long[MaxDimensions];
        var rank = 0;
        var (name, dataType) = ("", "");
        var (hasContents, hasParameters) = (false, false);
        var bytes = message.Slice(message.Inputs[index]);
        var reader = new WireReader(bytes);
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
                case 4:
                    hasParameters = true;
                    reader.ReadBytes(type);
                    break;
                case 5:
                    hasContents = true;
                    reader.ReadBytes(type);
                    break;
                default:
                    reader.Skip(field, type);
                    break;
            }
        }

        var input = message.Request.AddInput(name, dataType, dimensions[..rank]);
        if (hasParameters)
        {
            ReadParameters(message.Request, bytes);
        }

        ReadData(message, index, input, bytes, hasContents);
    }

    private static void ReadData(InferMessage message, int index, V2Input input, ReadOnlySpan<byte> bytes, bool hasContents)
    {
        if (message.RawInputs.Count == 0)
        {
            message.IsTyped = true;
            TypedContents.Read(input, bytes);
        }
        else if (hasContents)
        {
            throw input.Invalid("it has 'contents' although the request has 'raw_input_contents'. Use one of them for all inputs");
        }
        else if (index < message.RawInputs.Count)
        {
            var raw = message.RawInputs[index];
            input.SetData(message.Memory.Slice(raw.Start, raw.Length));
        }
        else
        {
            throw WrongNumber(message);
        }
    }

    private static void ReadShape(ref WireReader reader, WireType type, scoped Span<long> dimensions, ref int rank)
    {
        if (type == WireType.Varint)
        {
            var dimension = (long)reader.ReadVarint();
            if (rank < dimensions.Length)
            {
                dimensions[rank++] = dimension;
            }

            return;
        }

        var packed = reader.ReadBytes(type);
        var values = new WireReader(packed);
        while (values.Position < packed.Length)
        {
            var dimension = (long)values.ReadVarint();
            if (rank < dimensions.Length)
            {
                dimensions[rank++] = dimension;
            }
        }
    }

    private static void ReadParameters(V2Request request, ReadOnlySpan<byte> input)
    {
        var reader = new WireReader(input);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 4)
            {
                var (name, value) = ParameterReader.Read(reader.ReadBytes(type));
                request.AddInputParameter(name, value);
            }
            else
            {
                reader.Skip(field, type);
            }
        }
    }

    private static void ReadOutput(V2Request request, ReadOnlySpan<byte> output, IReadOnlyList<TensorSpec> known)
    {
        var name = "";
        var reader = new WireReader(output);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 1)
            {
                name = FindName(reader.ReadBytes(type), known);
            }
            else
            {
                reader.Skip(field, type);
            }
        }

        request.AddOutput(name);
        reader = new WireReader(output);
        while (reader.TryReadTag(out var field, out var type))
        {
            if (field == 2)
            {
                var (parameter, value) = ParameterReader.Read(reader.ReadBytes(type));
                request.AddOutputParameter(parameter, value);
            }
            else
            {
                reader.Skip(field, type);
            }
        }
    }

    // Names usually are those of the metadata: then no text is made of them.
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

    private static string FindType(ReadOnlySpan<byte> name)
    {
        for (var type = TensorDataType.Bool; type <= TensorDataType.Bytes; type++)
        {
            if (Ascii.Equals(name, type.ToV2Name()))
            {
                return type.ToV2Name();
            }
        }

        return WireReader.Decode(name);
    }

    private static InferenceException WrongNumber(InferMessage message) => new(
        InferenceErrorCode.InvalidInput,
        $"There are {message.RawInputs.Count} 'raw_input_contents' for {message.Inputs.Count} inputs. Send one for each input, in order, or none.");
}
