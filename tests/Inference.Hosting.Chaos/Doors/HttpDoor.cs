// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Net;
using System.Text.Json;
using Inference.Hosting.Chaos.Calls;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>What the doors over HTTP have in common: leaving, statuses, and the form of failures.</summary>
internal abstract class HttpDoor(HttpClient client)
{
    /// <summary>Sends a request; the caller leaves when it wants to.</summary>
    protected async Task<Reply> SendAsync(Call call, HttpRequestMessage request, Func<HttpResponseMessage, Task<Reply>> read)
    {
        request.Version = client.DefaultRequestVersion;
        request.VersionPolicy = HttpVersionPolicy.RequestVersionExact;
        using var source = new CancellationTokenSource();
        if (call.LeavesAfter is { } patience)
        {
            source.CancelAfter(patience);
        }

        try
        {
            using var response = await client.SendAsync(request, source.Token);
            return response.StatusCode == HttpStatusCode.OK ? await read(response) : await FailureAsync(response);
        }
        catch (OperationCanceledException) when (source.IsCancellationRequested)
        {
            return new Reply(Outcome.Gone) { IsCertain = false };
        }
        catch (HttpRequestException exception)
        {
            return Reply.Broken($"{exception.HttpRequestError}: {exception}");
        }
    }

    /// <summary>A failure is <c>{"error": text}</c>, and nothing else.</summary>
    private static async Task<Reply> FailureAsync(HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync();
        var status = $"{(int)response.StatusCode} '{text}'";
        if (response.Content.Headers.ContentType?.MediaType != "application/json" || !TryReadError(text, out var error))
        {
            return Reply.Broken($"the body of a failure is not {{\"error\": text}}: {status}");
        }

        var outcome = Outcomes.OfHttp((int)response.StatusCode);
        return new Reply(outcome)
        {
            Text = outcome == Outcome.Broken ? status : error,
            RetryAfter = response.Headers.RetryAfter?.Delta?.TotalSeconds,
        };
    }

    private static bool TryReadError(string text, [NotNullWhen(true)] out string? error)
    {
        error = null;
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind == JsonValueKind.Object
                && document.RootElement.EnumerateObject().ToArray() is [{ Name: "error", Value.ValueKind: JsonValueKind.String } only])
            {
                error = only.Value.GetString();
            }
        }
        catch (JsonException)
        {
        }

        return error is { Length: > 0 };
    }

    /// <summary>Queue and compute time of the <c>inference-timing</c> header, if the call asked for it.</summary>
    protected static TimeSpan? Accounted(Call call, HttpResponseMessage response)
    {
        if (!call.WantsTiming)
        {
            return null;
        }

        var header = response.Headers.GetValues("inference-timing").Single();
        return TimeSpan.FromMilliseconds(Read("queue;dur=") + Read("compute;dur="));

        double Read(string key)
        {
            var from = header.IndexOf(key, StringComparison.Ordinal) + key.Length;
            return double.Parse(header[from..header.IndexOf(',', from)], CultureInfo.InvariantCulture);
        }
    }
}
