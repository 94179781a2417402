// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;
using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/embeddings</c>.</summary>
internal sealed class EmbeddingsEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IEmbeddingModel>(services, options, "embeddings")
{
    protected override async Task AnswerAsync(OpenAICall call, IEmbeddingModel capability)
    {
        var fields = call.Fields;
        var isBase64 = fields.FindString("encoding_format") switch
        {
            null or "float" => false,
            "base64" => true,
            _ => throw fields.Invalid("encoding_format", "must be 'float' or 'base64'"),
        };
        var request = new EmbeddingRequest
        {
            Inputs = InputReader.Require(fields, "input", Options.MaxInputs),
            Dimensions = fields.FindInt32("dimensions", 1),
            Truncation = TruncationReader.Read(fields),
            AddSpecialTokens = fields.FindBoolean("add_special_tokens") ?? true,
            Normalize = fields.FindBoolean("normalize"),
            PromptName = fields.FindString("prompt_name") ?? fields.FindString("input_type"),
        };
        if (capability.Info is { } info)
        {
            info.Features.EnsureSupports(request.RequiredFeatures);
        }

        var result = await capability.EmbedAsync(request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer => Write(writer, call.RequestedModel, result, isBase64));
    }

    private static void Write(Utf8JsonWriter writer, string model, EmbeddingResult result, bool isBase64)
    {
        writer.WriteStartObject();
        writer.WriteString("object"u8, "list"u8);
        writer.WriteStartArray("data"u8);
        for (var i = 0; i < result.Embeddings.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteString("object"u8, "embedding"u8);
            writer.WriteNumber("index"u8, i);
            WriteVector(writer, result.Embeddings[i].Vector.Span, isBase64);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteString("model"u8, model);
        OpenAIBody.WriteUsage(writer, result.Usage);
        writer.WriteEndObject();
    }

    private static void WriteVector(Utf8JsonWriter writer, ReadOnlySpan<float> vector, bool isBase64)
    {
        if (isBase64)
        {
            writer.WriteBase64String("embedding"u8, BitConverter.IsLittleEndian ? MemoryMarshal.AsBytes(vector) : Reverse(vector));
            return;
        }

        writer.WriteStartArray("embedding"u8);
        foreach (var value in vector)
        {
            writer.WriteNumberValue(value);
        }

        writer.WriteEndArray();
    }

    private static byte[] Reverse(ReadOnlySpan<float> vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return bytes;
    }
}
