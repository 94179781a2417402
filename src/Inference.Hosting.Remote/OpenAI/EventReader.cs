// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.OpenAI;

/// <summary>Reads the events of a stream in process.</summary>
internal static class EventReader
{
    private const int Size = 16 << 10;

    /// <summary>The objects of a stream, each valid until the next is asked for.</summary>
    /// <exception cref="InferenceException">EngineFailed: the server broke off or told of an error.</exception>
    public static async IAsyncEnumerable<JsonElement> ReadAsync(RemoteAnswer answer)
    {
        using var buffer = new ReadBuffer(Size);
        var splitter = default(EventSplitter);
        while (await buffer.FillAsync(answer).ConfigureAwait(false))
        {
            while (splitter.Find(buffer.Span) is > 0 and var length)
            {
                using var document = Parse(buffer.Span[..length]);
                buffer.Consume(length);
                if (document is not null)
                {
                    yield return Check(document.RootElement);
                }
            }
        }

        using var last = Parse(buffer.Span);
        if (last is not null)
        {
            yield return Check(last.RootElement);
        }
    }

    private static JsonDocument? Parse(ReadOnlySpan<byte> text)
    {
        var data = EventSplitter.DataOf(text, out _);
        if (data.IsEmpty || data[0] != '{')
        {
            return null;
        }

        try
        {
            // The buffer moves on while the event is used.
            return JsonDocument.Parse(data.ToArray());
        }
        catch (JsonException exception)
        {
            throw new InferenceException(InferenceErrorCode.EngineFailed, "The server behind the model sent an event that is no JSON: try again.", exception);
        }
    }

    private static JsonElement Check(JsonElement root)
    {
        if (!root.TryGetProperty("error"u8, out var error) || error.ValueKind == JsonValueKind.Null)
        {
            return root;
        }

        var facts = UpstreamError.Read(HttpStatusCode.InternalServerError, root);
        throw new InferenceException(InferenceErrorCode.EngineFailed, facts.Message) { Parameter = facts.Parameter };
    }
}
