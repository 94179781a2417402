// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Hands server-sent events on as they come, whole ones only; only the name of the model changes in them.</summary>
internal sealed class EventForwarder(byte[] model, bool hidesUsage, bool isResponses)
{
    private const int Size = 16 << 10;

    private EventSplitter _splitter;
    private int _count;
    private bool _failed;

    /// <summary>What the stream told of tokens; null while it told nothing.</summary>
    public TokenUsage? Usage { get; private set; }

    /// <summary>Copies the stream to its end.</summary>
    /// <exception cref="InferenceException">The server broke off, or told of an error; the client was told too, as an event.</exception>
    public async ValueTask CopyAsync(RemoteAnswer answer, PipeWriter output, CancellationToken cancellationToken)
    {
        using var buffer = new ReadBuffer(Size);
        try
        {
            while (await buffer.FillAsync(answer).ConfigureAwait(false))
            {
                if (Forward(buffer, output))
                {
                    await FlushAsync(output, cancellationToken).ConfigureAwait(false);
                }
            }

            if (buffer.Length > 0)
            {
                // A last event without its empty line, as some servers end.
                Forward(buffer.Span, output);
                output.Write("\n\n"u8);
                await FlushAsync(output, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (InferenceException exception)
        {
            WriteError(output, exception);
            await FlushAsync(output, cancellationToken).ConfigureAwait(false);
            throw;
        }

        if (_failed)
        {
            // The client has the event. But some clients take no notice of it, unless the connection ends as it should not.
            throw new InferenceException(InferenceErrorCode.EngineFailed, "The server behind the model failed within its answer.");
        }
    }

    private static async ValueTask FlushAsync(PipeWriter output, CancellationToken cancellationToken)
    {
        var result = await output.FlushAsync(cancellationToken).ConfigureAwait(false);
        if (result.IsCanceled || result.IsCompleted)
        {
            throw new OperationCanceledException("The client reads no further.", cancellationToken);
        }
    }

    private bool Forward(ReadBuffer buffer, PipeWriter output)
    {
        var wrote = false;
        while (_splitter.Find(buffer.Span) is > 0 and var length)
        {
            wrote |= Forward(buffer.Span[..length], output);
            buffer.Consume(length);
        }

        return wrote;
    }

    private bool Forward(ReadOnlySpan<byte> text, PipeWriter output)
    {
        _count++;
        var data = EventSplitter.DataOf(text, out var start);
        if (data.IsEmpty || data[0] != '{')
        {
            output.Write(text);
            return true;
        }

        var scan = AnswerScan.Of(data);
        Usage = scan.Usage ?? Usage;
        _failed |= scan.HasError;
        if (hidesUsage && scan.IsUsageOnly)
        {
            return false;
        }

        if (scan.ModelStart < 0)
        {
            output.Write(text);
            return true;
        }

        var (from, to) = (start + scan.ModelStart, start + scan.ModelEnd);
        var target = output.GetSpan(text.Length - (to - from) + model.Length);
        text[..from].CopyTo(target);
        model.CopyTo(target[from..]);
        text[to..].CopyTo(target[(from + model.Length)..]);
        output.Advance(text.Length - (to - from) + model.Length);
        return true;
    }

    private void WriteError(PipeWriter output, InferenceException exception)
    {
        var (type, code) = exception.Code == InferenceErrorCode.DeadlineExceeded
            ? ("timeout_error", "request_timeout")
            : ("server_error", "internal_error");
        var message = JsonEncodedText.Encode(exception.Message, JavaScriptEncoder.UnsafeRelaxedJsonEscaping).EncodedUtf8Bytes;
        if (isResponses)
        {
            output.Write("event: error\ndata: {\"type\":\"error\",\"code\":\""u8);
            WriteText(output, code);
            output.Write("\",\"message\":\""u8);
            output.Write(message);
            output.Write("\",\"param\":null,\"sequence_number\":"u8);
            WriteText(output, _count.ToString(System.Globalization.CultureInfo.InvariantCulture));
            output.Write("}\n\n"u8);
            return;
        }

        output.Write("data: {\"error\":{\"message\":\""u8);
        output.Write(message);
        output.Write("\",\"type\":\""u8);
        WriteText(output, type);
        output.Write("\",\"param\":null,\"code\":\""u8);
        WriteText(output, code);
        output.Write("\"}}\n\n"u8);
    }

    private static void WriteText(PipeWriter output, string text)
    {
        var target = output.GetSpan(text.Length);
        output.Advance(System.Text.Encoding.ASCII.GetBytes(text, target));
    }
}
