// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>What all chunks of one stream have around their choice. What never changes is encoded once.</summary>
internal sealed class ChunkFrame
{
    private static readonly JsonWriterOptions _writing = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    private readonly StreamOptions _options;
    private readonly byte[] _head;
    private readonly byte[] _tail;
    private TokenUsage? _usage;

    public ChunkFrame(AnswerIdentity identity, string kind, StreamOptions options)
    {
        _options = options;
        var buffer = new ArrayBufferWriter<byte>();
        var text = new Utf8Text(buffer);
        text.Write("data: {\"id\":"u8);
        text.WriteString(identity.Id);
        text.Write(",\"object\":"u8);
        text.WriteString(kind);
        text.Write(",\"created\":"u8);
        text.Write(identity.Created);
        text.Write(",\"model\":"u8);
        text.WriteString(identity.Model);
        text.Write(",\"system_fingerprint\":"u8);
        text.WriteString(identity.Fingerprint);
        text.Write(",\"choices\":["u8);
        text.Commit();
        _head = buffer.WrittenSpan.ToArray();
        _tail = options.IncludesUsage ? ",\"usage\":null}\n\n"u8.ToArray() : "}\n\n"u8.ToArray();
    }

    /// <summary>Takes the tokens so far. They never fall.</summary>
    public void Count(TokenUsage? usage)
    {
        if (usage is not null && (_usage is null || usage.TotalTokens >= _usage.TotalTokens))
        {
            _usage = usage;
        }
    }

    /// <summary>Begins a chunk of a choice: its other fields follow, each with a comma before it.</summary>
    public Utf8Text Begin(IBufferWriter<byte> output, int choice)
    {
        var text = new Utf8Text(output);
        text.Write(_head);
        text.Write("{\"index\":"u8);
        text.Write(choice);
        return text;
    }

    /// <summary>Ends a chunk of a choice: logprobs, how it ended, usage.</summary>
    /// <param name="text">The chunk.</param>
    /// <param name="output">Where it is written to.</param>
    /// <param name="writeLogprobs">Writes them; null for none.</param>
    /// <param name="finish">Why the choice ended; null while it goes on.</param>
    /// <param name="stop">Which stop ended it.</param>
    public void End(
        ref Utf8Text text, IBufferWriter<byte> output, Action<Utf8JsonWriter>? writeLogprobs = null, string? finish = null, StopMatch? stop = null)
    {
        if (writeLogprobs is not null)
        {
            text.Write(",\"logprobs\":"u8);
            WriteJson(ref text, output, writeLogprobs);
            text.Write(",\"finish_reason\":null"u8);
        }
        else if (finish is null)
        {
            text.Write(",\"logprobs\":null,\"finish_reason\":null"u8);
        }
        else
        {
            text.Write(",\"logprobs\":null,\"finish_reason\":"u8);
            text.WriteString(finish);
            WriteStop(ref text, stop);
        }

        text.Write("}]"u8);
        if (_options.IsUsageContinuous && _usage is { } usage)
        {
            WriteUsage(ref text, output, usage);
        }
        else
        {
            text.Write(_tail);
        }

        text.Commit();
    }

    /// <summary>Ends the stream: the tokens, if they were asked for and are known, and the mark that everything was sent.</summary>
    public void EndStream(IBufferWriter<byte> output)
    {
        var text = new Utf8Text(output);
        if (_options.IncludesUsage && _usage is { } usage)
        {
            text.Write(_head);
            text.Write("]"u8);
            WriteUsage(ref text, output, usage);
        }

        text.Write("data: [DONE]\n\n"u8);
        text.Commit();
    }

    /// <summary>Writes a failure as an event.</summary>
    public static void Fail(IBufferWriter<byte> output, OpenAIErrorBody error)
    {
        var text = new Utf8Text(output);
        text.Write("data: "u8);
        text.Write(JsonSerializer.SerializeToUtf8Bytes(error, OpenAIJsonContext.Wire.OpenAIErrorBody));
        text.Write("\n\n"u8);
        text.Commit();
    }

    private static void WriteStop(ref Utf8Text text, StopMatch? stop)
    {
        if (stop is { Text: { } stopText })
        {
            text.Write(",\"stop_reason\":"u8);
            text.WriteString(stopText);
        }
        else if (stop is { TokenId: { } token })
        {
            text.Write(",\"stop_reason\":"u8);
            text.Write(token);
        }
    }

    private static void WriteUsage(ref Utf8Text text, IBufferWriter<byte> output, TokenUsage usage)
    {
        text.Write(",\"usage\":"u8);
        WriteJson(ref text, output, writer => UsageWriter.Write(writer, usage));
        text.Write("}\n\n"u8);
    }

    private static void WriteJson(ref Utf8Text text, IBufferWriter<byte> output, Action<Utf8JsonWriter> write)
    {
        text.Commit();
        using (var json = new Utf8JsonWriter(output, _writing))
        {
            write(json);
        }

        text = new Utf8Text(output);
    }
}
