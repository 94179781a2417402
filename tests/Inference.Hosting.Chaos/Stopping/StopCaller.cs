// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>Calls one model until nobody listens any more.</summary>
internal sealed class StopCaller(HttpClient client, string model, ConcurrentQueue<StopRecord> records)
{
    private static readonly byte[] _body =
        Encoding.UTF8.GetBytes("""{"inputs":[{"name":"tag","datatype":"INT64","shape":[1,1],"data":[14]}]}""");

    public async Task RunAsync()
    {
        await Task.Yield();
        StopAnswer answer;
        do
        {
            var sent = Stopwatch.GetTimestamp();
            (answer, var text) = await CallAsync();
            records.Enqueue(new StopRecord(model, answer, sent, Stopwatch.GetTimestamp(), text));
            if (answer != StopAnswer.Ok)
            {
                await Task.Delay(20);
            }
        }
        while (answer != StopAnswer.Refused);
    }

    private async Task<(StopAnswer Answer, string? Text)> CallAsync()
    {
        using var content = new ByteArrayContent(_body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
        try
        {
            using var response = await client.PostAsync($"/v2/models/{model}/infer", content);
            var text = await response.Content.ReadAsStringAsync();
            return response.StatusCode switch
            {
                HttpStatusCode.OK when text.Contains("[43]", StringComparison.Ordinal) => (StopAnswer.Ok, null),
                HttpStatusCode.ServiceUnavailable when text.StartsWith("{\"error\":\"", StringComparison.Ordinal)
                    && response.Headers.RetryAfter?.Delta >= TimeSpan.FromSeconds(1) => (StopAnswer.Unavailable, null),
                _ => (StopAnswer.Other, $"{(int)response.StatusCode} {text}"),
            };
        }
        catch (HttpRequestException exception)
        {
            return (exception.HttpRequestError == HttpRequestError.ConnectionError ? StopAnswer.Refused : StopAnswer.Closed, exception.ToString());
        }
    }
}
