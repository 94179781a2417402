// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.AspNetCore.V2.Writing;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>Writes an inference response: JSON, and behind it the outputs that are wanted as bytes. Reused from answer to answer.</summary>
/// <remarks>
/// What fits 64 KiB is sent with its length; more is sent while it is written. Only JSON before binary data is held back whole,
/// because its length stands in a header. What is small goes out with one flush, head and body: each is a call of the system.
/// </remarks>
internal sealed class V2ResponseWriter : IDisposable
{
    private const int SendAt = 64 << 10;

    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ChunkedBuffer _buffer = new();
    private readonly Utf8JsonWriter _json;

    public V2ResponseWriter() => _json = new Utf8JsonWriter(_buffer, _options);

    /// <summary>Gives back what is held, also after a failure, so that the object can be used again.</summary>
    public void Dispose()
    {
        _json.Reset();
        _buffer.Dispose();
    }

    /// <summary>Writes an answer.</summary>
    /// <exception cref="InferenceException">InvalidInput: an output does not exist, or cannot be sent as asked.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask WriteAsync(
        HttpContext context, string model, string version, ModelMetadata? metadata, V2Request request, InferenceResponse response)
    {
        // (1) Everything that can still become an error.
        var outputs = AnswerPlan.Make(request, response, metadata);
        var hasBinary = Array.Exists(outputs, static output => output.IsBinary);
        FallbackHeader.Write(context.Response, response.Timing.Model);
        if (TimingHeader.IsWanted(context.Request))
        {
            context.Response.Headers[TimingHeader.Name] = TimingHeader.Format(response.Timing);
        }

        // (2) JSON.
        context.Response.ContentType = hasBinary ? MediaTypes.Binary : MediaTypes.Json;
        WriteHead(_json, request.Inference.Id, model, version);
        foreach (var output in outputs)
        {
            WriteOutputHead(_json, output);
            if (!output.IsBinary)
            {
                await WriteDataAsync(context, output.Tensor, canSend: !hasBinary);
            }

            _json.WriteEndObject();
        }

        _json.WriteEndArray();
        _json.WriteEndObject();
        _json.Flush();

        // (3) Lengths, if nothing has been sent yet, and what is left.
        if (!context.Response.HasStarted)
        {
            SetLengths(context.Response, outputs, hasBinary);
            await context.Response.StartAsync(context.RequestAborted);
        }

        _buffer.MoveTo(context.Response.BodyWriter);
        foreach (var output in outputs)
        {
            if (output.IsBinary)
            {
                await WriteBinaryAsync(context, output.Tensor);
            }
        }

        // The server would do it, a body that a middleware has put in its place would not.
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
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

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask WriteDataAsync(HttpContext context, InferenceTensor tensor, bool canSend)
    {
        _json.WriteStartArray("data"u8);
        var writer = new TensorJsonWriter(tensor);
        while (writer.WriteSome(_json))
        {
            _json.Flush();
            if (canSend && _buffer.Length >= SendAt)
            {
                await _buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
            }
        }

        _json.WriteEndArray();
    }

    private void SetLengths(HttpResponse response, AnswerOutput[] outputs, bool hasBinary)
    {
        var length = _buffer.Length;
        if (hasBinary)
        {
            response.Headers[V2RequestReader.JsonLengthHeader] = length.ToString(CultureInfo.InvariantCulture);
        }

        foreach (var output in outputs)
        {
            length += output.IsBinary ? output.Tensor.ByteLength : 0;
        }

        response.ContentLength = length;
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private static async ValueTask WriteBinaryAsync(HttpContext context, InferenceTensor tensor)
    {
        var writer = context.Response.BodyWriter;
        for (var position = 0; position < tensor.ByteLength;)
        {
            var count = Math.Min(SendAt, tensor.ByteLength - position);
            System.Buffers.BuffersExtensions.Write(writer, tensor.Bytes.Slice(position, count));
            position += count;
            if (position < tensor.ByteLength)
            {
                await writer.FlushAsync(context.RequestAborted);
            }
        }
    }
}
