// SPDX-License-Identifier: Apache-2.0

using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V1.Writing;
using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>Writes <c>{"predictions": […]}</c>, and <c>explanations</c> behind them if there are any.</summary>
/// <remarks>What fits 64 KiB is sent with its length; more is sent while it is written.</remarks>
internal sealed class V1ResponseWriter(HttpContext context, ModelMetadata metadata, IReadOnlyList<V1Call> calls, IReadOnlyList<V1Answer> answers)
    : IDisposable
{
    private const int SendAt = 64 << 10;

    private static readonly JsonWriterOptions _options = new()
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        SkipValidation = true,
    };

    private readonly ChunkedBuffer _buffer = new();

    public async ValueTask WriteAsync()
    {
        using var json = new Utf8JsonWriter(_buffer, _options);
        context.Response.ContentType = MediaTypes.Json;
        json.WriteStartObject();
        await WriteAsync(json, "predictions", answer => answer.Predictions);
        if (answers[0].Explanations is not null)
        {
            await WriteAsync(json, "explanations", answer => answer.Explanations!);
        }

        json.WriteEndObject();
        await json.FlushAsync(context.RequestAborted);
        if (!context.Response.HasStarted)
        {
            context.Response.ContentLength = _buffer.Length;
        }

        await _buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
    }

    public void Dispose() => _buffer.Dispose();

    private async ValueTask WriteAsync(Utf8JsonWriter json, string property, Func<V1Answer, InferenceResponse> select)
    {
        json.WriteStartArray(property);
        for (var i = 0; i < answers.Count; i++)
        {
            await WriteAsync(json, select(answers[i]).Outputs, calls[i].Count);
        }

        json.WriteEndArray();
    }

    private async ValueTask WriteAsync(Utf8JsonWriter json, TensorCollection outputs, int? count)
    {
        var rows = FindRows(outputs, count);
        RowWriter[] writers = [.. outputs.Select(output => new RowWriter(output.Key, output.Value, rows is null ? null : AxisOf(output.Key)))];
        try
        {
            for (long row = 0; row < (rows ?? 1); row++)
            {
                await WriteRowAsync(json, writers);
            }
        }
        finally
        {
            Array.ForEach(writers, writer => writer.Dispose());
        }
    }

    private async ValueTask WriteRowAsync(Utf8JsonWriter json, RowWriter[] writers)
    {
        if (writers is [var only])
        {
            await only.WriteAsync(json, SendAsync);
            return;
        }

        json.WriteStartObject();
        foreach (var writer in writers)
        {
            json.WritePropertyName(writer.Name);
            await writer.WriteAsync(json, SendAsync);
        }

        json.WriteEndObject();
    }

    // A prediction for each instance, if every output has as many rows; a model that does not work by rows gives one for all of them.
    private long? FindRows(TensorCollection outputs, int? count)
    {
        long? rows = count;
        foreach (var (name, tensor) in outputs)
        {
            var axis = AxisOf(name);
            if (axis >= tensor.Shape.Rank)
            {
                return null;
            }

            rows ??= tensor.Shape[axis];
            if (tensor.Shape[axis] != rows)
            {
                return null;
            }
        }

        return rows;
    }

    private int AxisOf(string output)
    {
        foreach (var spec in metadata.Outputs)
        {
            if (spec.Name == output)
            {
                return spec.BatchAxis ?? 0;
            }
        }

        return 0;
    }

    private async ValueTask SendAsync(Utf8JsonWriter json)
    {
        if (_buffer.Length + json.BytesPending >= SendAt)
        {
            await json.FlushAsync(context.RequestAborted);
            await _buffer.SendAsync(context.Response.BodyWriter, context.RequestAborted);
        }
    }
}
