// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.IO.Pipelines;
using System.Text;
using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Remote.OpenAI;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Remote.Tests.Support;

/// <summary>An app with a remote model named <c>qwen</c>, on a real server, and all that it logs.</summary>
internal sealed class RemoteHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private RemoteHost(WebApplication app, ConcurrentQueue<string> log)
    {
        (_app, Log) = (app, log);
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.Single()) };
    }

    public const string Key = "sk-very-secret-0123456789";

    public HttpClient Client { get; }

    public ConcurrentQueue<string> Log { get; }

    public IServiceProvider Services => _app.Services;

    public IModelCatalog Catalog => Services.GetRequiredService<IModelCatalog>();

    public IOpenAIPassThrough PassThrough => Catalog.GetCapability<IOpenAIPassThrough>("qwen")!;

    public ModelVersionInfo Version
    {
        get
        {
            Assert.True(Catalog.TryGetModel("qwen", out var model));
            return model.Versions.Single();
        }
    }

    public static async Task<RemoteHost> StartAsync(
        Uri address,
        Action<OpenAIRemoteOptions>? configure = null,
        Action<IServiceCollection>? services = null,
        Action<IModelBuilder>? model = null,
        params (string Key, string Value)[] settings)
    {
        var builder = WebApplication.CreateSlimBuilder();
        var log = new ConcurrentQueue<string>();
        builder.Logging.ClearProviders().SetMinimumLevel(LogLevel.Trace).AddProvider(new LogProvider(log));
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        builder.Configuration.AddInMemoryCollection(settings.Select(
            setting => KeyValuePair.Create<string, string?>($"Inference:Models:qwen:{setting.Key}", setting.Value)));
        var qwen = builder.Services.AddModel("qwen").UseOpenAI(address, Key, options =>
        {
            options.Model = "upstream/qwen";
            options.HealthInterval = TimeSpan.FromHours(1);
            configure?.Invoke(options);
        });
        model?.Invoke(qwen);
        services?.Invoke(builder.Services);
        var app = builder.Build();
        app.MapInference();
        await app.StartAsync();
        var host = new RemoteHost(app, log);
        await UntilAsync(() => host.Version.Load is not null);
        return host;
    }

    /// <summary>Sends a body through, and gives what a client would read.</summary>
    public async Task<(PassThroughResponse Head, string Body)> PassAsync(
        string body, string route = "chat/completions", CancellationToken cancellationToken = default)
    {
        await using var answer = await SendAsync(body, route, cancellationToken);
        return (answer, await ReadAsync(answer));
    }

    public ValueTask<PassThroughResponse> SendAsync(string body, string route = "chat/completions", CancellationToken cancellationToken = default)
        => PassThrough.SendAsync(
            new PassThroughRequest { Route = route, Body = Encoding.UTF8.GetBytes(body), Model = "my-qwen", RequestId = "req-1" }, cancellationToken);

    public static async Task<string> ReadAsync(PassThroughResponse answer)
    {
        using var stream = new MemoryStream();
        var writer = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        try
        {
            await answer.CopyToAsync(writer);
        }
        catch (InferenceException exception)
        {
            return Encoding.UTF8.GetString(stream.ToArray()) + "!" + exception.Code;
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    /// <summary>Waits until something that happens on other threads has happened.</summary>
    public static async Task UntilAsync(Func<bool> happened)
    {
        while (!happened())
        {
            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private sealed class LogProvider(ConcurrentQueue<string> log) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => new Logger(categoryName, log);

        public void Dispose()
        {
        }

        private sealed class Logger(string category, ConcurrentQueue<string> log) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state)
                where TState : notnull
                => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(
                LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
                => log.Enqueue($"{category} {eventId.Name} {formatter(state, exception)} {exception}");
        }
    }
}
