// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>Bodies of chat completions, through the whole route to a model that honours everything: an answer, or an error that says what is wrong.</summary>
internal sealed class OpenAIChatTarget : IFuzzTarget
{
    private readonly HttpClient _client;

    public OpenAIChatTarget()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseTestServer();
        var model = new ScriptedChatModel("a", ScriptedStep.ToolCall("call_1", "f", "{}"));
        builder.Services.AddModel("m").UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(model));
        var app = builder.Build();
        app.MapInference();
        app.StartAsync().GetAwaiter().GetResult();
        app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().GetAwaiter().GetResult();
        _client = app.GetTestClient();
    }

    public string Name => "openai-chat";

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\ud800", "\\", "null", "true", "false", "-0", "1e400", "2.5", "9223372036854775808", "\"\"",
        "\"model\":\"m\"", "\"messages\":", "\"role\":", "\"user\"", "\"assistant\"", "\"tool\"", "\"function\"", "\"content\":", "\"type\":", "\"text\"",
        "\"image_url\"", "\"url\":", "\"data:image/png;base64,AA==\"", "\"input_audio\"", "\"file\"", "\"tool_calls\":", "\"function_call\":", "\"arguments\":",
        "\"tools\":", "\"tool_choice\":", "\"allowed_tools\"", "\"mode\":", "\"required\"", "\"parameters\":", "\"properties\":", "\"response_format\":",
        "\"json_schema\"", "\"schema\":", "\"anyOf\":", "\"stream\":true", "\"stream_options\":", "\"include_usage\":true", "\"continuous_usage_stats\":true",
        "\"n\":", "\"logprobs\":true", "\"top_logprobs\":", "\"logit_bias\":", "\"stop\":", "\"max_tokens\":", "\"seed\":", "\"functions\":", "\"guided_json\":",
        "\"structured_outputs\":", "\"chat_template_kwargs\":", "\"stop_token_ids\":", "\"truncate_prompt_tokens\":",
    ];

    // The test server's pipes and client included.
    public long MaxAllocation(int length) => (16L << 20) + (1024L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        using var content = new ReadOnlyMemoryContent(input);
        using var answer = _client.PostAsync("/v1/chat/completions", content).GetAwaiter().GetResult();
        var text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
        var status = (int)answer.StatusCode;
        if (status == 200)
        {
            if (answer.Content.Headers.ContentType?.MediaType != "text/event-stream")
            {
                using var whole = JsonDocument.Parse(text);
                return $"whole {whole.RootElement.GetProperty("choices").GetArrayLength()}";
            }

            var events = text.Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
            Invariant.Holds(events[^1] == "data: [DONE]", "a stream is whole");
            foreach (var data in events.SkipLast(1))
            {
                using var chunk = JsonDocument.Parse(data["data: ".Length..]);
                Invariant.Holds(chunk.RootElement.GetProperty("choices").GetArrayLength() <= 1, "a chunk has one choice");
            }

            return "stream";
        }

        Invariant.Holds(status is 400 or 404 or 413, $"a bad request is told so: {status} {text}");
        using var document = JsonDocument.Parse(text);
        var error = document.RootElement.GetProperty("error");
        Invariant.Holds(error.GetProperty("message").GetString() is { Length: > 10 and < 4096 }, $"an error is a sentence: {text}");
        return string.Create(CultureInfo.InvariantCulture, $"{status} {error.GetProperty("code")} {Shape(error.GetProperty("param").GetString())}");
    }

    // The caller's own names and numbers are no new way.
    private static string Shape(string? parameter) => string.Concat((parameter ?? "").Where(letter => !char.IsAsciiDigit(letter)).Take(40));
}
