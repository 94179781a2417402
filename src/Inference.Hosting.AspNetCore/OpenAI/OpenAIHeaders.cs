// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>Headers that stand on every answer, failures included.</summary>
internal static class OpenAIHeaders
{
    public const string RequestId = "x-request-id";

    private const int LongestId = 128;

    private static readonly SearchValues<char> _idCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._:-");

    /// <summary>Sets the request's id, the client's own if it is sane, and the time it took until the answer began.</summary>
    /// <returns>The id.</returns>
    public static string Prepare(HttpContext context, TimeProvider time)
    {
        var id = FindId(context.Request) ?? OpenAIIds.Create("req_");
        var headers = context.Response.Headers;
        headers[RequestId] = id;
        headers["openai-version"] = "2020-10-01";
        var started = time.GetTimestamp();
        context.Response.OnStarting(() =>
        {
            headers["openai-processing-ms"] =
                Math.Round(time.GetElapsedTime(started).TotalMilliseconds).ToString(CultureInfo.InvariantCulture);
            return Task.CompletedTask;
        });
        return id;
    }

    /// <summary>Sees to it that an answer which no handler of a route has prepared carries an id too.</summary>
    public static void EnsureId(HttpContext context)
    {
        if (!context.Response.Headers.ContainsKey(RequestId))
        {
            context.Response.Headers[RequestId] = FindId(context.Request) ?? OpenAIIds.Create("req_");
        }
    }

    private static string? FindId(HttpRequest request)
        => request.Headers.TryGetValue(RequestId, out var value)
            && value.ToString() is { Length: > 0 and <= LongestId } id && !id.AsSpan().ContainsAnyExcept(_idCharacters)
                ? id
                : null;
}
