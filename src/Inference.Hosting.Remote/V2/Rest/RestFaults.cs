// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json;
using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2.Facts;

namespace Inference.Hosting.Remote.V2.Rest;

/// <summary>What the status and the body of an error mean: the table of our own server, read the other way.</summary>
internal static class RestFaults
{
    /// <summary>What the caller is told.</summary>
    public static InferenceException Read(V2Call call, RemoteAnswer answer, ReadOnlySpan<byte> body)
    {
        var text = FindText(body);
        return answer.StatusCode switch
        {
            HttpStatusCode.BadRequest or HttpStatusCode.UnprocessableContent => V2Faults.Invalid(text),
            HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden => V2Faults.Refused(),
            HttpStatusCode.NotFound => V2Faults.Missing(call.Model),
            HttpStatusCode.RequestTimeout or HttpStatusCode.GatewayTimeout => V2Faults.Late(),
            HttpStatusCode.RequestEntityTooLarge => V2Faults.TooLarge(),
            HttpStatusCode.TooManyRequests => V2Faults.Busy(answer.RetryAfter),
            HttpStatusCode.NotImplemented => V2Faults.Unsupported(text),
            HttpStatusCode.BadGateway or HttpStatusCode.ServiceUnavailable => V2Faults.NotReady(answer.RetryAfter),
            _ => V2Faults.Failed(text),
        };
    }

    private static string? FindText(ReadOnlySpan<byte> body)
    {
        try
        {
            return JsonSerializer.Deserialize(body, FactsJsonContext.Default.ErrorFacts) is { Error.ValueKind: JsonValueKind.String } error
                ? error.Error.GetString()
                : null;
        }
        catch (JsonException)
        {
            // The status says enough.
            return null;
        }
    }
}
