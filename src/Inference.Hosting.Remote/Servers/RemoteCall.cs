// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Net.Http.Headers;

namespace Inference.Hosting.Remote.Servers;

/// <summary>What the handlers know of one call over all its attempts, which may run at the same time. Thread-safe.</summary>
internal sealed class RemoteCall(RemoteServers servers, RemoteOptions options, RemoteRequest request, RemoteServer? only = null)
{
    private static readonly HttpRequestOptionsKey<RemoteCall> _key = new("Inference.Hosting.Remote");
    private static readonly TimeSpan _firstDelay = TimeSpan.FromMilliseconds(100);

    private readonly Lock _lock = new();
    private readonly List<RemoteServer> _tried = [];
    private bool _isHedged;

    /// <summary>After how long a second attempt starts beside the first.</summary>
    public TimeSpan HedgeAfter
        => request.IsIdempotent && options.HedgeAfter is { } after && HasOther ? after : Timeout.InfiniteTimeSpan;

    private bool HasOther
    {
        get
        {
            lock (_lock)
            {
                return only is null && servers.HasOther(_tried);
            }
        }
    }

    public static RemoteCall Of(HttpRequestMessage message)
        => message.Options.TryGetValue(_key, out var call) ? call : throw new InvalidOperationException("The message is not of a remote model.");

    /// <summary>A message that stands for the call; each attempt is another.</summary>
    public HttpRequestMessage ToMessage()
    {
        var message = new HttpRequestMessage(request.Method, new Uri(request.Path, UriKind.Relative));
        message.Options.Set(_key, this);
        return message;
    }

    /// <summary>Chooses where the next attempt goes; addresses that were tried come last.</summary>
    /// <exception cref="InferenceException">NotReady: there is none.</exception>
    public ServerCall Next()
    {
        lock (_lock)
        {
            if (only is not null)
            {
                return servers.Visit(only);
            }

            var call = servers.Take(_tried) ?? (_isHedged ? null : servers.Take()) ?? throw servers.NoneLeft();
            _tried.Add(call.Server);
            return call;
        }
    }

    /// <summary>One attempt, as it goes out.</summary>
    public HttpRequestMessage ToAttempt(RemoteServer server)
    {
        var message = new HttpRequestMessage(request.Method, new Uri(server.Address, request.Path));
        if (request.HttpVersion is { } version)
        {
            (message.Version, message.VersionPolicy) = (version, HttpVersionPolicy.RequestVersionExact);
        }

        if (!request.Body.IsEmpty || request.Method == HttpMethod.Post)
        {
            message.Content = new ReadOnlyMemoryContent(request.Body);
            message.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        }

        foreach (var (name, value) in options.Headers.Concat(request.Headers))
        {
            if (!message.Headers.TryAddWithoutValidation(name, value))
            {
                message.Content?.Headers.TryAddWithoutValidation(name, value);
            }
        }

        if (options.Key is { Length: > 0 } key)
        {
            message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        return message;
    }

    /// <summary>Reads the answer to an attempt, where that is done as a whole.</summary>
    /// <exception cref="HttpRequestException">The connection broke.</exception>
    public async ValueTask<IDisposable?> ReceiveAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (request.ReceiveAsync is not { } receive)
        {
            return null;
        }

        try
        {
            return await receive(response, cancellationToken).ConfigureAwait(false);
        }
        catch (IOException exception)
        {
            throw new HttpRequestException(HttpRequestError.ResponseEnded, inner: exception);
        }
    }

    public void Hedge()
    {
        lock (_lock)
        {
            _isHedged = true;
        }
    }

    /// <summary>Whether an outcome that came while another attempt runs is no answer yet.</summary>
    public bool WaitsForOther(HttpResponseMessage? response, Exception? exception)
    {
        lock (_lock)
        {
            return _isHedged && (exception is HttpRequestException or InferenceException
                || (response is not null && request.StatusOf(response) >= HttpStatusCode.InternalServerError));
        }
    }

    /// <summary>Whether an answer says that its server failed.</summary>
    public bool IsFailure(HttpResponseMessage response)
        => request.StatusOf(response) is >= HttpStatusCode.InternalServerError and not HttpStatusCode.NotImplemented;

    /// <summary>Whether another attempt is right after such an outcome: only where nothing of the call can have happened twice.</summary>
    /// <param name="attempt">From 0.</param>
    /// <param name="response">The answer, or null.</param>
    /// <param name="exception">Why there is none, or null.</param>
    public bool Retries(int attempt, HttpResponseMessage? response, Exception? exception)
        => attempt < options.MaxRetries && only is null && (exception, response) switch
        {
            (HttpRequestException failure, _) => request.IsIdempotent || NeverArrived(failure),
            (null, not null) => Retries(request.StatusOf(response), response.Headers.RetryAfter is not null),
            _ => false,
        };

    /// <summary>At another address at once, at the same one a little later.</summary>
    public TimeSpan Delay(int attempt)
        => HasOther ? TimeSpan.Zero : _firstDelay * Math.Pow(2, attempt) * (0.75 + (Random.Shared.NextDouble() / 2));

    private bool Retries(HttpStatusCode status, bool hasRetryAfter) => status switch
    {
        HttpStatusCode.TooManyRequests or HttpStatusCode.ServiceUnavailable when hasRetryAfter => HasOther,
        HttpStatusCode.TooManyRequests => request.IsIdempotent && HasOther,
        HttpStatusCode.NotImplemented => false,
        >= HttpStatusCode.InternalServerError => request.IsIdempotent,
        _ => false,
    };

    private static bool NeverArrived(HttpRequestException failure) => failure.HttpRequestError
        is HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError or HttpRequestError.SecureConnectionError
        or HttpRequestError.ProxyTunnelError;
}
