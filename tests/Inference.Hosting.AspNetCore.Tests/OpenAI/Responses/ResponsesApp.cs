// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Responses;

/// <summary>Requests to <c>/v1/responses</c>, and what tests read of their answers.</summary>
internal static class ResponsesApp
{
    public const string Route = "/v1/responses";

    /// <summary>Sends a request to the model <c>m</c>.</summary>
    /// <param name="app">The app.</param>
    /// <param name="fields">The other fields, as in the body.</param>
    public static Task<HttpResponseMessage> RespondAsync(this TestApp app, string fields)
        => app.PostAsync(Route, $$"""{"model":"m",{{fields}}}""");

    /// <summary>A whole response that fits the published schema.</summary>
    public static async Task<JsonElement> ResponseAsync(this TestApp app, string fields)
    {
        var response = await TestApp.JsonAsync(await app.RespondAsync(fields));
        PublishedSchema.Read("response").Check(response);
        return response;
    }

    /// <summary>The events of a stream. Each is numbered, and named as its data says.</summary>
    public static async Task<List<JsonElement>> StreamAsync(this TestApp app, string fields)
    {
        var answer = await app.RespondAsync(fields + ",\"stream\":true");
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        Assert.Equal("text/event-stream; charset=utf-8", answer.Content.Headers.ContentType?.ToString());
        return Events(text);
    }

    /// <inheritdoc cref="StreamAsync"/>
    public static List<JsonElement> Events(string text)
    {
        List<JsonElement> events = [];
        foreach (var block in text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries).Where(block => !block.StartsWith(':')))
        {
            var lines = block.Split('\n');
            Assert.Equal(2, lines.Length);
            var data = JsonDocument.Parse(lines[1]["data: ".Length..]).RootElement;
            Assert.Equal("event: " + data.GetProperty("type").GetString(), lines[0]);
            Assert.Equal(events.Count, data.GetProperty("sequence_number").GetInt32());
            events.Add(data);
        }

        return events;
    }

    public static string Type(JsonElement value) => value.GetProperty("type").GetString()!;

    public static string Text(JsonElement value, string name) => value.GetProperty(name).GetString()!;
}
