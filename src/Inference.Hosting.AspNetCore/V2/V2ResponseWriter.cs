// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Writing;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>Writes an inference response: JSON, and behind it the outputs that are wanted as bytes.</summary>
/// <remarks>
/// What fits 64 KiB is sent with its length; more is sent while it is written. Only JSON before binary data is held back whole,
/// because its length stands in a header.
/// </remarks>
internal static class V2ResponseWriter
{
    private const int SendAt = 64 << 10;

    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    public static async ValueTask WriteAsync(
        HttpContext context, string model, string version, ModelMetadata? metadata, V2Request request, InferenceResponse response)
    {
        // (1) Everything that can still become an error.
        var outputs = AnswerPlan.Make(request, response, metadata);
        var hasBinary = outputs.Any(static output => output.IsBinary);
        if (TimingHeader.IsWanted(context.Request))
        {
            context.Response.Headers[TimingHeader.Name] = TimingHeader.Format(response.Timing);
        }

        // (2) JSON.
        context.Response.ContentType = hasBinary ? MediaTypes.Binary : MediaTypes.Json;
        using var buffer = new ChunkedBuffer();
        using var json = new Utf8JsonWriter(buffer, _options);
        WriteHead(json, request.Inference.Id, model, version);
        foreach (var output in outputs)
        {
            WriteOutputHead(json, output);
            if (!output.IsBinary)
            {
                await WriteDataAsync(context, json, buffer, output.Tensor, canSend: !hasBinary);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);

        // (3) Lengths, if nothing has been sent yet, and what is left.
        if (!context.Response.HasStarted)
        {
            SetLengths(context.Response, buffer.Length, outputs, hasBinary);
        }

        await buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
        foreach (var output in outputs)
        {
            if (output.IsBinary)
            {
                await WriteBinaryAsync(context, output.Tensor);
            }
        }
    }

    private static void WriteHead(Utf8JsonWriter json, string? id, string model, string version)
    {
        json.WriteStartObject();
        if (id is not null)
        {
            json.WriteString("id"u8, id);
        }

        json.WriteString("model_name"u8, model);
        json.WriteString("model_version"u8, version);
        json.WriteStartArray("outputs"u8);
    }

    private static void WriteOutputHead(Utf8JsonWriter json, in AnswerOutput output)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, output.Name);
        json.WriteString("datatype"u8, output.Tensor.DataType.ToV2Name());
        json.WriteStartArray("shape"u8);
        foreach (var dimension in output.Tensor.Shape.Dimensions)
        {
            json.WriteNumberValue(dimension);
        }

        json.WriteEndArray();
        if (output.IsBinary)
        {
            json.WriteStartObject("parameters"u8);
            json.WriteNumber("binary_data_size"u8, output.Tensor.ByteLength);
            json.WriteEndObject();
        }
    }

    private static async ValueTask WriteDataAsync(
        HttpContext context, Utf8JsonWriter json, ChunkedBuffer buffer, InferenceTensor tensor, bool canSend)
    {
        json.WriteStartArray("data"u8);
        var writer = new TensorJsonWriter(tensor);
        while (writer.WriteSome(json))
        {
            await json.FlushAsync(context.RequestAborted);
            if (canSend && buffer.Length >= SendAt)
            {
                await buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
            }
        }

        json.WriteEndArray();
    }

    private static void SetLengths(HttpResponse response, long jsonLength, AnswerOutput[] outputs, bool hasBinary)
    {
        if (hasBinary)
        {
            response.Headers[V2RequestReader.JsonLengthHeader] = jsonLength.ToString(CultureInfo.InvariantCulture);
        }

        response.ContentLength = jsonLength + outputs.Where(output => output.IsBinary).Sum(output => (long)output.Tensor.ByteLength);
    }

    private static async ValueTask WriteBinaryAsync(HttpContext context, InferenceTensor tensor)
    {
        var writer = context.Response.BodyWriter;
        for (var position = 0; position < tensor.ByteLength;)
        {
            var count = Math.Min(SendAt, tensor.ByteLength - position);
            System.Buffers.BuffersExtensions.Write(writer, tensor.Bytes.Slice(position, count));
            position += count;
            await writer.FlushAsync(context.RequestAborted);
        }
    }
}
