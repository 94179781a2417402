// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using System.Text;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.OpenAI;

public sealed class PassThroughTests
{
    [Fact]
    public async Task Post_ModelThatTakesBodiesAsTheyAre_GetsItAndAnswersAsItIs()
    {
        var server = new Server(429, """{"error":{"message":"busy","mine":1}}""");
        await using var app = await StartAsync(builder => builder.AddModel("a").UseBackend(_ => With(server)));

        var answer = await app.PostAsync("/v1/chat/completions", """{ "model":"a","unknown":[1.0] }""");

        Assert.Equal(429, (int)answer.StatusCode);
        Assert.Equal("""{"error":{"message":"busy","mine":1}}""", await answer.Content.ReadAsStringAsync());
        Assert.Equal(("chat/completions", "a", """{ "model":"a","unknown":[1.0] }"""), server.Seen);
        Assert.False(answer.Headers.Contains("inference-fallback"));
    }

    [Fact]
    public async Task Post_ServerDownAndAnotherStandsIn_NamesTheOneThatAnswered()
    {
        var other = new Server(200, "{}");
        await using var app = await StartAsync(services =>
        {
            services.AddModel("a").UseBackend(_ => With(new Server(0, ""))).WithFallback("b");
            services.AddModel("b").UseBackend(_ => With(other));
        });

        var answer = await app.PostAsync("/v1/chat/completions", """{"model":"a"}""");

        Assert.Equal(200, (int)answer.StatusCode);
        Assert.Equal(["b"], answer.Headers.GetValues("inference-fallback"));
        Assert.Equal("a", other.Seen.Model);
    }

    private static FakeBackend With(Server server) => new FakeBackend().WithCapability<IOpenAIPassThrough>(server);

    private static async Task<TestApp> StartAsync(Action<IServiceCollection> configure)
    {
        var app = await TestApp.StartAsync([], configure: builder => configure(builder.Services));
        await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
        return app;
    }

    /// <summary>Answers always the same; status 0 stands for a server that cannot be reached.</summary>
    private sealed class Server(int status, string body) : IOpenAIPassThrough
    {
        public (string Route, string Model, string Body) Seen { get; private set; }

        public bool CanPass(string route) => true;

        public ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
        {
            Seen = (request.Route, request.Model, Encoding.UTF8.GetString(request.Body.Span));
            return status == 0
                ? throw new InferenceException(InferenceErrorCode.NotReady, "The server cannot be reached.")
                : new(new Answer(status, body));
        }
    }

    private sealed class Answer(int status, string body) : PassThroughResponse
    {
        public override int StatusCode => status;

        public override string ContentType => "application/json";

        public override async ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
            => await output.WriteAsync(Encoding.UTF8.GetBytes(body), cancellationToken);

        public override ValueTask DisposeAsync() => default;
    }
}
