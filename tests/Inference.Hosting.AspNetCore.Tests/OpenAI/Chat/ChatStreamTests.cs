// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.Extensions.Time.Testing;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI.Chat;

/// <summary>The life of a stream: silence, failures, clients that leave or read slowly.</summary>
public sealed class ChatStreamTests
{
    private const string Route = "/v1/chat/completions";
    private const string Body = """{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}""";
    private const string WholeBody = """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""";

    [Fact]
    public async Task Silence_BeforeTheFirstEvent_OpensTheStreamAfterTenSecondsAndKeepsItAlive()
    {
        var time = new FakeTimeProvider();
        var gate = new FakeGate();
        gate.Close();
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel(ScriptedStep.Pass(gate), "x"), time: time);

        var sending = SendAsync(app);
        await gate.ArrivedAsync(1).WaitAsync(TestApp.Patience);
        time.Advance(TimeSpan.FromSeconds(9));
        Assert.False(sending.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(1));
        using var answer = await sending.WaitAsync(TestApp.Patience);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal(": keep-alive", await reader.ReadLineAsync());
        await reader.ReadLineAsync();

        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
            time.Advance(TimeSpan.FromSeconds(5));
            Assert.Equal(": keep-alive", await reader.ReadLineAsync());
            await reader.ReadLineAsync();
        }

        gate.Open();
        Assert.EndsWith("data: [DONE]\n\n", await reader.ReadToEndAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Silence_BetweenEvents_IsBrokenByComments()
    {
        var time = new FakeTimeProvider();
        var gate = new FakeGate();
        gate.Close();
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a", ScriptedStep.Pass(gate), "b"), time: time);

        using var answer = await SendAsync(app);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await ReadEventAsync(reader);
        Assert.Contains("\"a\"", await ReadEventAsync(reader), StringComparison.Ordinal);
        await gate.ArrivedAsync(1).WaitAsync(TestApp.Patience);
        for (var i = 0; i < 3; i++)
        {
            time.Advance(TimeSpan.FromSeconds(5));
        }

        Assert.Equal(": keep-alive", await ReadEventAsync(reader));
        gate.Open();
        Assert.Contains("\"b\"", await ReadEventAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task FirstEventTimeout_Infinite_KeepsTheStatusOpenForGood()
    {
        var time = new FakeTimeProvider();
        var gate = new FakeGate();
        gate.Close();
        await using var app = await OpenAIApp.StartChatAsync(
            new ScriptedChatModel(ScriptedStep.Pass(gate), ScriptedStep.Fail(new InferenceException(InferenceErrorCode.QueueFull, "Full."))),
            options: options => options.FirstEventTimeout = Timeout.InfiniteTimeSpan,
            time: time);

        var sending = SendAsync(app);
        await gate.ArrivedAsync(1).WaitAsync(TestApp.Patience);
        time.Advance(TimeSpan.FromHours(1));
        gate.Open();

        using var answer = await sending.WaitAsync(TestApp.Patience);
        Assert.Equal((429, "queue_full", null), await OpenAIApp.FaultAsync(answer));
    }

    [Theory]
    [InlineData(InferenceErrorCode.EngineFailed, "internal_error")]
    [InlineData(InferenceErrorCode.DeadlineExceeded, "request_timeout")]
    [InlineData(null, "internal_error")]
    public async Task Failure_InTheMiddle_IsTheLastEventAndBreaksTheConnection(InferenceErrorCode? kind, string code)
    {
        var failure = kind is { } known ? new InferenceException(known, "It broke.") : (Exception)new InvalidOperationException("secret");
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a", "b", ScriptedStep.Fail(failure)), kestrel: true);

        using var answer = await SendAsync(app);
        var text = new StringBuilder();
        var buffer = new char[4096];
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await Assert.ThrowsAsync<HttpIOException>(async () =>
        {
            while (await reader.ReadAsync(buffer) is > 0 and var count)
            {
                text.Append(buffer, 0, count);
            }
        });

        var events = OpenAIApp.Events(text.ToString());
        Assert.Equal(4, events.Count);
        var error = JsonDocument.Parse(events[^1]).RootElement.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.DoesNotContain("secret", text.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("[DONE]", text.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stream_ThatEndsBeforeItsAnswer_IsAFailure()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a") { CompletesAnswers = false }, kestrel: true);

        using var answer = await SendAsync(app);

        await Assert.ThrowsAnyAsync<HttpRequestException>(() => answer.Content.ReadAsStringAsync());
        using var whole = await app.PostAsync(Route, WholeBody);
        Assert.Equal((500, "internal_error", null), await OpenAIApp.FaultAsync(whole));
    }

    [Fact]
    public async Task Stream_WithoutAnyEvent_IsAStatus()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel { CompletesAnswers = false });

        using var answer = await SendAsync(app);

        Assert.Equal((500, "internal_error", null), await OpenAIApp.FaultAsync(answer));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Client_ThatLeavesBeforeTheFirstEvent_CancelsTheModel(bool stream)
    {
        var model = new ScriptedChatModel("x");
        model.Calls.Gate.Close();
        await using var app = await OpenAIApp.StartChatAsync(model, kestrel: true);
        using var leaving = new CancellationTokenSource();

        var sending = SendAsync(app, stream ? Body : WholeBody, leaving.Token);
        await model.Calls.Gate.ArrivedAsync(1).WaitAsync(TestApp.Patience);
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await UntilIdleAsync(model);
        Assert.Equal(1, model.Calls.Cancelled);
    }

    [Fact]
    public async Task Client_ThatLeavesAStream_CancelsTheModel()
    {
        var gate = new FakeGate();
        gate.Close();
        var model = new ScriptedChatModel("a", ScriptedStep.Pass(gate), "b");
        await using var app = await OpenAIApp.StartChatAsync(model, kestrel: true);

        using (var answer = await SendAsync(app))
        {
            using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
            await ReadEventAsync(reader);
            await gate.ArrivedAsync(1).WaitAsync(TestApp.Patience);
        }

        await UntilIdleAsync(model);
        Assert.Equal(1, model.Calls.Cancelled);
    }

    [Fact]
    public async Task Client_ThatReadsSlowly_HoldsUpItsOwnStreamOnlyAndNothingIsGathered()
    {
        var produced = 0;
        var text = new string('x', 1000);
        var model = new ScriptedChatModel(request => request.Messages[0].Text == "slow"
            ? ScriptedStep.Endless(text).Select(step =>
            {
                Interlocked.Increment(ref produced);
                return step;
            })
            : ["quick"]);
        await using var app = await OpenAIApp.StartChatAsync(model, kestrel: true);

        using (var slow = await SendAsync(app, Body.Replace("Hi", "slow", StringComparison.Ordinal)))
        {
            // The model is held up once the buffers on the way are full: the count stands still.
            var last = -1;
            while (last != Volatile.Read(ref produced))
            {
                last = Volatile.Read(ref produced);
                using var other = await SendAsync(app);
                Assert.EndsWith("data: [DONE]\n\n", await other.Content.ReadAsStringAsync(), StringComparison.Ordinal);
            }

            Assert.InRange(last, 1, 50_000);
        }

        await UntilIdleAsync(model);
    }

    [Fact]
    public async Task Event_ThatIsThere_IsNotHeldBackForTheNext()
    {
        var gate = new FakeGate();
        gate.Close();
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("a", "b", "c", ScriptedStep.Pass(gate), "d"), kestrel: true);

        using var answer = await SendAsync(app);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        await ReadEventAsync(reader);
        foreach (var text in new[] { "a", "b", "c" })
        {
            Assert.Contains($"\"{text}\"", await ReadEventAsync(reader), StringComparison.Ordinal);
        }

        gate.Open();
        Assert.Contains("\"d\"", await ReadEventAsync(reader), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Deadline_BeforeTheFirstEvent_Is408()
    {
        var model = new ScriptedChatModel("x");
        model.Calls.Failure = new InferenceException(InferenceErrorCode.DeadlineExceeded, "Late.");
        await using var app = await OpenAIApp.StartChatAsync(model);

        using var answer = await SendAsync(app);

        Assert.Equal((408, "request_timeout", null), await OpenAIApp.FaultAsync(answer));
    }

    [Theory]
    [InlineData(null, "model_loading")]
    [InlineData(InferenceErrorReasons.ShuttingDown, "shutting_down")]
    public async Task Model_ThatIsNotReady_SaysWhy(string? reason, string code)
    {
        var model = new ScriptedChatModel("x");
        model.Calls.Failure = new InferenceException(InferenceErrorCode.NotReady, "Not now.") { Reason = reason, RetryAfter = TimeSpan.FromSeconds(2) };
        await using var app = await OpenAIApp.StartChatAsync(model);

        using var answer = await SendAsync(app);

        Assert.Equal((503, code, null), await OpenAIApp.FaultAsync(answer));
        Assert.Equal("2", answer.Headers.GetValues("Retry-After").Single());
    }

    private static Task<HttpResponseMessage> SendAsync(TestApp app, string body = Body, CancellationToken cancellationToken = default)
        => app.Client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, Route) { Content = new StringContent(body) }, HttpCompletionOption.ResponseHeadersRead, cancellationToken);

    private static async Task<string?> ReadEventAsync(StreamReader reader)
    {
        var line = await reader.ReadLineAsync().WaitAsync(TestApp.Patience);
        Assert.Equal("", await reader.ReadLineAsync().WaitAsync(TestApp.Patience));
        return line;
    }

    private static async Task UntilIdleAsync(ScriptedChatModel model)
    {
        using var patience = new CancellationTokenSource(TestApp.Patience);
        while (model.Calls.Active > 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }
}
