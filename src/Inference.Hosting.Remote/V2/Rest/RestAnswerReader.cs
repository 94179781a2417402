// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2.Rest;

/// <summary>Reads the body of an answer; tensors that came as bytes are views of it.</summary>
internal static class RestAnswerReader
{
    private const int MaxDimensions = 64;

    private static readonly ShapeCache _shapes = new();

    /// <summary>Fills the message's outputs.</summary>
    /// <param name="message">Its body is JSON, then what came as bytes.</param>
    /// <param name="headerLength">Bytes of JSON; null for all.</param>
    /// <param name="known">Outputs that probably come.</param>
    /// <exception cref="JsonException">It is not of the protocol.</exception>
    /// <exception cref="ArgumentException">A tensor does not fit its shape.</exception>
    public static void Read(V2Message message, int? headerLength, IReadOnlyList<TensorSpec> known)
    {
        var body = message.Body;
        var json = headerLength is { } length ? body[..length] : body;
        var binary = body[json.Length..];
        var reader = new Utf8JsonReader(json.Span);
        Require(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("outputs"u8))
            {
                Require(reader.Read());
                reader.Skip();
                continue;
            }

            Require(reader.Read() && reader.TokenType == JsonTokenType.StartArray);
            while (reader.Read() && reader.TokenType == JsonTokenType.StartObject)
            {
                ReadOutput(message, ref reader, json, ref binary, known);
            }
        }

        Require(binary.IsEmpty);
    }

    private static void ReadOutput(
        V2Message message, ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, ref ReadOnlyMemory<byte> binary, IReadOnlyList<TensorSpec> known)
    {
        Span<long> dimensions = stackalloc long[MaxDimensions];
        var rank = 0;
        string? name = null;
        var type = default(TensorDataType);
        int? binarySize = null;
        var data = default(ReadOnlyMemory<byte>);
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("name"u8))
            {
                Require(reader.Read());
                name = FindName(ref reader, known);
            }
            else if (reader.ValueTextEquals("datatype"u8))
            {
                Require(reader.Read());
                Require(TensorDataTypes.TryParse(reader.GetString(), out type));
            }
            else if (reader.ValueTextEquals("shape"u8))
            {
                ReadShape(ref reader, dimensions, out rank);
            }
            else if (reader.ValueTextEquals("parameters"u8))
            {
                binarySize = ReadBinarySize(ref reader);
            }
            else if (reader.ValueTextEquals("data"u8))
            {
                // The type may stand behind it.
                Require(reader.Read());
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                data = json[start..(int)reader.BytesConsumed];
            }
            else
            {
                Require(reader.Read());
                reader.Skip();
            }
        }

        Require(name is not null && type != default);
        if (binarySize is { } size)
        {
            Require((uint)size <= (uint)binary.Length);
            (data, binary) = (binary[..size], binary[size..]);
        }
        else
        {
            data = JsonTensorReader.Read(message, type, dimensions[..rank], data);
        }

        message.Outputs.Add(name!, InferenceTensor.FromBytes(type, data, _shapes.Get(dimensions[..rank])));
    }

    private static string FindName(ref Utf8JsonReader reader, IReadOnlyList<TensorSpec> known)
    {
        for (var i = 0; i < known.Count; i++)
        {
            if (reader.ValueTextEquals(known[i].Name))
            {
                return known[i].Name;
            }
        }

        return reader.GetString() ?? throw new JsonException();
    }

    private static void ReadShape(ref Utf8JsonReader reader, scoped Span<long> dimensions, out int rank)
    {
        rank = 0;
        Require(reader.Read() && reader.TokenType == JsonTokenType.StartArray);
        while (reader.Read() && reader.TokenType == JsonTokenType.Number)
        {
            Require(rank < dimensions.Length);
            dimensions[rank++] = reader.GetInt64();
        }
    }

    // Servers write null for what they do not have.
    private static int? ReadBinarySize(ref Utf8JsonReader reader)
    {
        int? size = null;
        Require(reader.Read());
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isSize = reader.ValueTextEquals("binary_data_size"u8);
            Require(reader.Read());
            if (isSize)
            {
                size = reader.GetInt32();
            }
            else
            {
                reader.Skip();
            }
        }

        return size;
    }

    private static void Require(bool isTrue)
    {
        if (!isTrue)
        {
            throw new JsonException("Not the body of an answer of the V2 protocol.");
        }
    }
}
