// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

/// <summary>Every failure as OpenAI's clients read it: the rows of the table in docs/errors.md.</summary>
public sealed class ErrorsTests
{
    private const string Route = "/v1/chat/completions";
    private const string Body = """{"model":"m","messages":[{"role":"user","content":"Hi"}]}""";

    [Theory]
    [InlineData(InferenceErrorCode.InvalidInput, null, 400, "invalid_value")]
    [InlineData(InferenceErrorCode.InvalidInput, InferenceErrorReasons.InvalidJsonSchema, 400, "invalid_json_schema")]
    [InlineData(InferenceErrorCode.InvalidInput, InferenceErrorReasons.InvalidPrompt, 400, "invalid_prompt")]
    [InlineData(InferenceErrorCode.InvalidInput, InferenceErrorReasons.ContextLengthExceeded, 400, "context_length_exceeded")]
    [InlineData(InferenceErrorCode.Unsupported, null, 400, "unsupported_parameter")]
    [InlineData(InferenceErrorCode.Unsupported, InferenceErrorReasons.UnsupportedContentType, 400, "unsupported_content_type")]
    [InlineData(InferenceErrorCode.PayloadTooLarge, null, 413, "request_too_large")]
    [InlineData(InferenceErrorCode.QueueFull, null, 429, "queue_full")]
    [InlineData(InferenceErrorCode.NotReady, null, 503, "model_loading")]
    [InlineData(InferenceErrorCode.NotReady, InferenceErrorReasons.ShuttingDown, 503, "shutting_down")]
    [InlineData(InferenceErrorCode.DeadlineExceeded, null, 408, "request_timeout")]
    [InlineData(InferenceErrorCode.EngineFailed, null, 500, "internal_error")]
    [InlineData(InferenceErrorCode.EngineFailed, InferenceErrorReasons.UpstreamAuth, 502, "upstream_auth")]
    public async Task Failure_OfTheModel_IsItsRow(InferenceErrorCode failure, string? reason, int status, string code)
    {
        var model = new ScriptedChatModel("x");
        model.Calls.Failure = new InferenceException(failure, "It is wrong.") { Reason = reason, Parameter = "messages" };
        await using var app = await OpenAIApp.StartChatAsync(model);

        var answer = await app.PostAsync(Route, Body);

        Assert.Equal((status, code, "messages"), await OpenAIApp.FaultAsync(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("5")]
    [InlineData("{\"model\":")]
    public async Task Body_ThatIsNoJsonObject_HasNoCode(string body)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        Assert.Equal((400, null, null), await OpenAIApp.FaultAsync(await app.PostAsync(Route, body)));
    }

    [Fact]
    public async Task Body_ThatIsTooLarge_Is413()
    {
        await using var app = await OpenAIApp.StartChatAsync(
            new ScriptedChatModel("x"), configure: builder => builder.Services.Configure<InferenceHttpOptions>(options => options.MaxRequestBodySize = 1024));

        var answer = await app.PostAsync(Route, Body + new string(' ', 1024));

        Assert.Equal((413, "request_too_large", null), await OpenAIApp.FaultAsync(answer));
    }

    [Fact]
    public async Task Model_ThatNobodyKnows_Is404()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(Route, """{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}]}""");

        Assert.Equal((404, "model_not_found", "model"), await OpenAIApp.FaultAsync(answer));
    }

    [Fact]
    public async Task Method_ThatIsWrong_Is405WithABody()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.Client.SendAsync(new HttpRequestMessage(HttpMethod.Put, Route) { Content = new StringContent(Body) });

        Assert.Equal((405, "method_not_allowed", null), await OpenAIApp.FaultAsync(answer));
        Assert.Equal(["POST"], answer.Content.Headers.Allow);
    }

    [Fact]
    public async Task Failure_OfOurOwn_TellsNothingOfItself()
    {
        var model = new ScriptedChatModel("x");
        model.Calls.Failure = new InvalidOperationException("secret at /etc");
        await using var app = await OpenAIApp.StartChatAsync(model);

        var answer = await app.PostAsync(Route, Body);

        Assert.DoesNotContain("secret", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal((500, "internal_error", null), await OpenAIApp.FaultAsync(answer));
    }

    /// <summary>Clients send <c>Accept: application/json</c> with a stream, and forms' content type with JSON.</summary>
    [Fact]
    public async Task Headers_OfContent_AreNotNegotiated()
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(
            Route,
            Encoding.UTF8.GetBytes("""{"model":"m","messages":[{"role":"user","content":"Hi"}],"stream":true}"""),
            MediaTypeHeaderValue.Parse("application/x-www-form-urlencoded"),
            ("Accept", "application/json"));

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType?.MediaType);
    }

    [Theory]
    [InlineData("abc-1.2_3:4", true)]
    [InlineData("a b", false)]
    public async Task RequestId_OfTheClient_IsEchoedIfItIsSane(string id, bool echoed)
    {
        await using var app = await OpenAIApp.StartChatAsync(new ScriptedChatModel("x"));

        var answer = await app.PostAsync(Route, Encoding.UTF8.GetBytes(Body), null, ("x-request-id", id));

        Assert.Equal(echoed, answer.Headers.GetValues("x-request-id").Single() == id);
    }
}
