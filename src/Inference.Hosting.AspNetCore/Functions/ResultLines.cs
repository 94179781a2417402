// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;

namespace Inference.Hosting.AspNetCore.Functions;

/// <summary>Results as lines of JSON, each sent as soon as it is there, with an error of its own where an item fails.</summary>
internal static class ResultLines
{
    public const string MediaType = "application/x-ndjson";

    public static bool AreWanted(HttpRequest request)
        => request.Headers.Accept.Count > 0
            && MediaTypeHeaderValue.TryParseList(request.Headers.Accept, out var types)
            && types.Any(type => type.MediaType.Equals(MediaType, StringComparison.OrdinalIgnoreCase));

    public static async Task WriteAsync<TOut>(HttpContext context, IAsyncEnumerable<BatchResult<TOut>> results, JsonTypeInfo<TOut> type)
    {
        var response = context.Response;
        using var bytes = new PooledWriter();
        using var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = type.Options.Encoder });
        await foreach (var result in results)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index", result.Index);
            if (result.Error is null)
            {
                writer.WritePropertyName("result");
                JsonSerializer.Serialize(writer, result.Value, type);
            }
            else
            {
                writer.WriteString("error", result.Error.Message);
            }

            writer.WriteEndObject();
            await writer.FlushAsync(context.RequestAborted);
            bytes.GetSpan(1)[0] = (byte)'\n';
            bytes.Advance(1);

            Begin(response);
            await response.BodyWriter.WriteAsync(bytes.Memory, context.RequestAborted);
            bytes.Clear();
            writer.Reset(bytes);
        }

        Begin(response);
    }

    // Not before there is something to say: until then a refusal is an answer with a status of its own.
    private static void Begin(HttpResponse response)
    {
        if (!response.HasStarted)
        {
            response.ContentType = MediaType;
        }
    }
}
