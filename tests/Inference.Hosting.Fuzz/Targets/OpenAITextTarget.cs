// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>Bodies of the OpenAI routes for texts, through the whole app to a scripted model: 200 or the fault of the client, never of the server.</summary>
internal sealed class OpenAITextTarget : IFuzzTarget
{
    private static readonly string[] _paths =
    [
        "/v1/embeddings", "/v1/rerank", "/v2/rerank", "/v1/score", "/v1/classify", "/v1/tokenize", "/v1/detokenize", "/embed", "/predict", "/similarity",
    ];

    private readonly Lazy<Door> _door = new(Door.Open);

    public string Name => "openai-text";

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\u0000", "\\ud800", "\\udc00", "\"\\ud83d\":", "\\", "null", "true", "false", "-1", "1e400", "2.5", "9223372036854775808", "[]", "{}", "\"\"",
        "\"model\":\"m\",", "\"input\":", "\"inputs\":", "\"encoding_format\":\"base64\"", "\"dimensions\":2", "\"truncate_prompt_tokens\":-1", "\"prompt_name\":\"q\"",
        "\"query\":\"q\"", "\"documents\":", "\"texts\":", "\"top_n\":", "\"use_activation\":false", "\"raw_scores\":true", "\"queries\":", "\"text_1\":", "\"text_2\":",
        "\"messages\":[{\"role\":\"user\",\"content\":\"a\"}]", "\"prompt\":", "\"tokens\":", "\"source_sentence\":\"a\"", "\"sentences\":[\"b\"]", "[\"a\",\"b\"]", "[1,2,256]",
    ];

    public long MaxAllocation(int length) => (16L << 20) + (8192L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        var kinds = new StringBuilder();
        foreach (var path in _paths)
        {
            var (status, body, hasId) = _door.Value.PostAsync(path, input).GetAwaiter().GetResult();
            Invariant.Holds(status is 200 or (>= 400 and < 500), $"{path} answers 200 or 4xx, not {status}: {Encoding.UTF8.GetString(body)}");
            Invariant.Holds(hasId, $"{path} gives the request an id");
            using var json = JsonDocument.Parse(body);
            kinds.Append(status == 200 ? "ok" : Describe(path, json.RootElement)).Append(' ');
        }

        return kinds.ToString();
    }

    private static string Describe(string path, JsonElement json)
    {
        var error = json.GetProperty("error");
        if (error.ValueKind == JsonValueKind.String)
        {
            Invariant.Holds(!path.StartsWith("/v1/", StringComparison.Ordinal) || path == "/v1/rerank", $"{path} has errors of OpenAI's form");
            return json.GetProperty("error_type").GetString()!;
        }

        Invariant.Holds(error.GetProperty("message").GetString() is { Length: > 10 and < 4096 }, "an error is a sentence");
        Invariant.Holds(error.GetProperty("type").GetString() == "invalid_request_error", "it is the request's fault");
        var parameter = error.GetProperty("param").GetString();
        return $"{error.GetProperty("code").GetString()} {(parameter is null ? null : string.Concat(parameter.Where(letter => !char.IsAsciiDigit(letter)).Take(40)))}";
    }

    /// <summary>An app whose server takes requests from here alone.</summary>
    private sealed class Door : IServer
    {
        private Func<IFeatureCollection, Task> _process = _ => throw new InvalidOperationException("The app has not started.");

        public IFeatureCollection Features { get; } = new FeatureCollection();

        public static Door Open()
        {
            var door = new Door();
            var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
            builder.Logging.ClearProviders();
            builder.Services.AddRouting();
            builder.Services.AddSingleton<IServer>(door);
            builder.Services.Configure<InferenceOpenAIOptions>(options => options.EnableTextEmbeddingsInference = true);
            builder.Services.AddModel("m").UseBackend(_ => new FakeBackend()
                .WithCapability<IEmbeddingModel>(new ScriptedEmbeddingModel())
                .WithCapability<IReranker>(new ScriptedReranker())
                .WithCapability<ITextClassifier>(new ScriptedTextClassifier("a", "b"))
                .WithCapability<ITokenCodec>(new ScriptedTokenCodec())
                .WithCapability<IChatModel>(new ScriptedChatModel()));
            var app = builder.Build();
            app.MapInference();
            app.StartAsync().GetAwaiter().GetResult();
            app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync().GetAwaiter().GetResult();
            return door;
        }

        public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
            where TContext : notnull
        {
            _process = async features =>
            {
                var context = application.CreateContext(features);
                await application.ProcessRequestAsync(context);
                application.DisposeContext(context, null);
            };
            return Task.CompletedTask;
        }

        public async Task<(int Status, byte[] Body, bool HasId)> PostAsync(string path, ReadOnlyMemory<byte> body)
        {
            var context = new DefaultHttpContext();
            var answer = new MemoryStream();
            context.Request.Method = HttpMethods.Post;
            context.Request.Path = path;
            context.Request.Body = new MemoryStream(body.ToArray());
            context.Request.ContentLength = body.Length;
            context.Response.Body = answer;
            await _process(context.Features);
            await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
            var response = context.Features.GetRequiredFeature<IHttpResponseFeature>();
            return (response.StatusCode, answer.ToArray(), response.Headers.ContainsKey("x-request-id"));
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public void Dispose()
        {
        }
    }
}
