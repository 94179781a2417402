// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Chat;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Streaming;
using Inference.Hosting.Benchmarks.Chat;
using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>Events of chat streams over loopback, against an app that serializes each chunk.</summary>
internal static class ChatSuite
{
    private const int Events = 100_000;
    private const int Streams = 16;
    private const int EventsPerFlush = 64;

    private const int WrittenEvents = 1_000_000;

    private static readonly ChatEventWriter _writer = new(
        new AnswerIdentity("chatcmpl-0123456789abcdefghijklmnopqrstuv", 1732406400, "m", "fp_0123456789"),
        new ChatQuery(new ChatRequest { Messages = [ChatMessage.FromUser("?")] }, new StreamOptions(false, false), false));

    private static readonly JsonSerializerOptions _json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static async Task RunAsync(Settings settings, Report report)
    {
        report.Section(
            "Chat streams",
            $"Events a CPU-second of the whole process, over HTTP on loopback, the client that throws them away included; bytes allocated an event, the model's own step included. `JsonSerializer` is the same model behind a route that serializes each chunk into the response and flushes by the same rule. \"Ready\": one stream whose steps are there already. \"Waiting\": {Streams} streams whose steps come one at a time, so that each is flushed; the calls of the core around a model are in ours only. \"Written\": chunks written to memory, without model and network. To reach: 50 000 events a second, 200 bytes an event.");
        var rows = new List<string> { await CompareAsync("written", settings, () => Task.FromResult(MeasureWriting(WritePlain)), () => Task.FromResult(MeasureWriting(WriteOurs))) };
        await using var app = await StartAsync();
        using var client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
        foreach (var (name, text, streams) in new[] { ("ready", "ready", 1), ("waiting", "wait", Streams) })
        {
            rows.Add(await CompareAsync(
                name,
                settings,
                () => MeasureAsync(client, "/plain", text, streams),
                () => MeasureAsync(client, "/v1/chat/completions", text, streams)));
        }

        report.Table("steps | JsonSerializer, thousand events a CPU-second | ours | ratio | JsonSerializer, bytes an event | ours", rows);
    }

    private static async Task<string> CompareAsync(string name, Settings settings, Func<Task<Figures>> theirs, Func<Task<Figures>> ours)
    {
        var (plain, own) = (new List<Figures>(), new List<Figures>());
        for (var round = -2; round < settings.Rounds; round++)
        {
            var (their, our) = (await theirs(), await ours());
            if (round >= 0)
            {
                plain.Add(their);
                own.Add(our);
            }
        }

        return string.Join(
            " | ",
            name,
            Thousands(plain),
            Thousands(own),
            Spread.Of(own.Zip(plain, (our, their) => our.Rate / their.Rate)),
            Spread.Of(plain.Select(figures => figures.Bytes)),
            Spread.Of(own.Select(figures => figures.Bytes)));
    }

    private static Figures MeasureWriting(Action<ArrayBufferWriter<byte>, ChatDelta> write)
    {
        var output = new ArrayBufferWriter<byte>(1 << 16);
        var delta = new ChatDelta { Text = " token" };
        var (bytes, cpu) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
        for (var i = 0; i < WrittenEvents; i++)
        {
            output.ResetWrittenCount();
            write(output, delta);
        }

        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        return new Figures(WrittenEvents / used, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)WrittenEvents);
    }

    private static void WriteOurs(ArrayBufferWriter<byte> output, ChatDelta delta) => _writer.Write(output, delta);

    private static void WritePlain(IBufferWriter<byte> output, ChatDelta delta)
    {
        var chunk = new PlainChunk(
            "chatcmpl-0123456789abcdefghijklmnopqrstuv",
            "chat.completion.chunk",
            1732406400,
            "m",
            "fp_0123456789",
            [new PlainChoice(0, new PlainDelta(delta.Text), null, delta.FinishReason is null ? null : "stop")]);
        output.Write("data: "u8);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(chunk, _json));
        output.Write("\n\n"u8);
    }

    private static string Thousands(IEnumerable<Figures> figures) => Spread.Of(figures.Select(figure => figure.Rate / 1000)).ToString()!;

    private static async Task<WebApplication> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var model = new StreamingModel();
        builder.Services.AddModel("m").UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(model));
        var app = builder.Build();
        app.MapInference();
        app.MapPost("/plain", context => WriteAsync(context, model));
        await app.StartAsync();
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        return app;
    }

    private static async Task WriteAsync(HttpContext context, StreamingModel model)
    {
        using var body = await JsonDocument.ParseAsync(context.Request.Body);
        var request = new ChatRequest
        {
            Messages = [ChatMessage.FromUser(body.RootElement.GetProperty("messages")[0].GetProperty("content").GetString()!)],
            MaxTokens = body.RootElement.GetProperty("max_tokens").GetInt32(),
        };
        context.Response.ContentType = "text/event-stream; charset=utf-8";
        var output = context.Response.BodyWriter;
        await using var steps = model.StreamAsync(request, context.RequestAborted).GetAsyncEnumerator();
        var unflushed = 0;
        while (true)
        {
            var next = steps.MoveNextAsync();
            if (!next.IsCompleted || unflushed >= EventsPerFlush)
            {
                await output.FlushAsync();
                unflushed = 0;
            }

            if (!await next)
            {
                break;
            }

            WritePlain(output, steps.Current);
            unflushed++;
        }

        output.Write("data: [DONE]\n\n"u8);
        await output.FlushAsync();
    }

    private static async Task<Figures> MeasureAsync(HttpClient client, string path, string text, int streams)
    {
        var each = Events / streams;
        var (bytes, cpu) = (GC.GetTotalAllocatedBytes(precise: true), Environment.CpuUsage.TotalTime);
        await Task.WhenAll(Enumerable.Range(0, streams).Select(_ => ReadAsync(client, path, text, each)));
        var used = (Environment.CpuUsage.TotalTime - cpu).TotalSeconds;
        return new Figures(each * streams / used, (GC.GetTotalAllocatedBytes(precise: true) - bytes) / (double)(each * streams));
    }

    private static async Task ReadAsync(HttpClient client, string path, string text, int events)
    {
        var body = string.Create(
            CultureInfo.InvariantCulture, $$"""{"model":"m","stream":true,"max_tokens":{{events}},"messages":[{"role":"user","content":"{{text}}"}]}""");
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        using var answer = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        answer.EnsureSuccessStatusCode();
        await using var stream = await answer.Content.ReadAsStreamAsync();
        var buffer = ArrayPool<byte>.Shared.Rent(64 << 10);
        long length = 0;
        while (await stream.ReadAsync(buffer) is > 0 and var count)
        {
            length += count;
        }

        ArrayPool<byte>.Shared.Return(buffer);
        if (length < events * 100L)
        {
            throw new InvalidOperationException($"{path} sent {length} bytes for {events} events.");
        }
    }

    private readonly record struct Figures(double Rate, double Bytes);
}
