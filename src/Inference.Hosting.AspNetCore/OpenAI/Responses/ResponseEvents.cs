// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>Writes the events of a response, numbered from 0. Their order is the caller's. Used by one request.</summary>
/// <param name="response">The response that they tell of.</param>
internal sealed class ResponseEvents(ResponseDraft response) : IDisposable
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private Utf8JsonWriter? _writer;
    private int _sequence;

    /// <summary>Where to; nothing is flushed.</summary>
    public IBufferWriter<byte>? Output { get; set; }

    /// <summary>An event with the response as it is.</summary>
    public void WriteResponse(string type) => Write(type, writer =>
    {
        writer.WritePropertyName("response"u8);
        ResponseWriter.Write(writer, response);
    });

    /// <summary>An event with an item as it is.</summary>
    public void WriteItem(string type, OutputItem item) => Write(type, writer =>
    {
        writer.WriteNumber("output_index"u8, response.Items.IndexOf(item));
        writer.WritePropertyName("item"u8);
        item.Write(writer);
    });

    /// <summary>An event of an item's own.</summary>
    public void WriteOfItem(string type, OutputItem item, Action<Utf8JsonWriter> write) => Write(type, writer =>
    {
        writer.WriteString("item_id"u8, item.Id);
        writer.WriteNumber("output_index"u8, response.Items.IndexOf(item));
        write(writer);
    });

    /// <summary>An event of an item's last part.</summary>
    public void WriteOfPart(string type, ContentItem item, Action<Utf8JsonWriter> write) => WriteOfItem(type, item, writer =>
    {
        writer.WriteNumber("content_index"u8, item.Parts.Count - 1);
        write(writer);
    });

    /// <summary>The event by which clients know a failure.</summary>
    public void WriteError(OpenAIErrorDetails error) => Write("error", writer =>
    {
        writer.WriteString("code"u8, error.Code ?? error.Type);
        writer.WriteString("message"u8, error.Message);
        writer.WriteString("param"u8, error.Param);
    });

    public void Dispose() => _writer?.Dispose();

    private void Write(string type, Action<Utf8JsonWriter> write)
    {
        var output = Output!;
        output.Write("event: "u8);
        Encoding.UTF8.GetBytes(type, output);
        output.Write("\ndata: "u8);
        if (_writer is null)
        {
            _writer = new Utf8JsonWriter(output, _writing);
        }
        else
        {
            _writer.Reset(output);
        }

        _writer.WriteStartObject();
        _writer.WriteString("type"u8, type);
        _writer.WriteNumber("sequence_number"u8, _sequence++);
        write(_writer);
        _writer.WriteEndObject();
        _writer.Flush();
        output.Write("\n\n"u8);
    }
}
