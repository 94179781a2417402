// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace Inference.Hosting.Remote.Servers;

/// <summary>The HTTP client of a remote model: retries and hedging above, the choice of an address below.</summary>
internal static class RemoteHttp
{
    private const int MostRetries = 10;

    /// <summary>The name under which an app finds the client to add to it, such as a client certificate.</summary>
    public static string ClientName(string model) => $"Inference.Hosting.Remote.{model}";

    /// <summary>Registers the client, once for each model.</summary>
    /// <param name="services">The app's services.</param>
    /// <param name="model">The model.</param>
    /// <param name="options">Finds its options.</param>
    public static void Add(IServiceCollection services, string model, Func<IServiceProvider, RemoteOptions> options)
    {
        var name = ClientName(model);
        if (services.Any(service => service.IsKeyedService && service.ServiceType == typeof(Marker) && Equals(service.ServiceKey, name)))
        {
            return;
        }

        services.AddKeyedSingleton(name, new Marker());
        var client = services.AddHttpClient(name)
            .UseSocketsHttpHandler((handler, provider) => Configure(handler, options(provider)))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)

            // Nothing of a call enters the log by itself: neither headers, which hold the key, nor a line for each of many calls.
            .RemoveAllLoggers();
        client.AddResilienceHandler("remote", AddStrategies);
        client.AddHttpMessageHandler(static () => new ServerHandler());
    }

    private static void Configure(SocketsHttpHandler handler, RemoteOptions options)
    {
        handler.ConnectTimeout = options.ConnectTimeout;
        handler.AutomaticDecompression = DecompressionMethods.None;
        handler.AllowAutoRedirect = false;
        handler.UseCookies = false;

        // Names are resolved again now and then.
        handler.PooledConnectionLifetime = TimeSpan.FromMinutes(5);
        handler.EnableMultipleHttp2Connections = true;

        // An answer that nobody wants any more is not read to its end: the server must hear of it at once.
        handler.MaxResponseDrainSize = 0;
    }

    private static void AddStrategies(ResiliencePipelineBuilder<HttpResponseMessage> builder)
        => builder
            .AddRetry(new HttpRetryStrategyOptions
            {
                MaxRetryAttempts = MostRetries,
                ShouldRetryAfterHeader = false,
                ShouldHandle = static arguments => new(
                    Of(arguments.Context).Retries(arguments.AttemptNumber, arguments.Outcome.Result, arguments.Outcome.Exception)),
                DelayGenerator = static arguments => new(Of(arguments.Context).Delay(arguments.AttemptNumber)),
            })
            .AddHedging(new HttpHedgingStrategyOptions
            {
                MaxHedgedAttempts = 1,
                DelayGenerator = static arguments => new(Of(arguments.Context).HedgeAfter),
                ShouldHandle = static arguments => new(
                    Of(arguments.Context).WaitsForOther(arguments.Outcome.Result, arguments.Outcome.Exception)),
                ActionGenerator = static arguments =>
                {
                    Of(arguments.PrimaryContext).Hedge();
                    return () => arguments.Callback(arguments.ActionContext);
                },
            });

    private static RemoteCall Of(ResilienceContext context)
        => RemoteCall.Of(context.GetRequestMessage() ?? throw new InvalidOperationException("There is no request."));

    private sealed class Marker;
}
