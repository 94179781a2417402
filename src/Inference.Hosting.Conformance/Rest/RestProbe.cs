// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;

namespace Inference.Hosting.Conformance.Rest;

/// <summary>Makes REST calls that end in time, follow nothing and trust nothing.</summary>
internal sealed class RestProbe : IDisposable
{
    /// <summary>After so many calls in a row without an answer in time the rest is not tried.</summary>
    public const int MostSilences = 5;

    private const int MostBytes = 64 << 20;

    private readonly HttpMessageInvoker _invoker;
    private readonly Uri _root;
    private readonly ConformanceOptions _options;
    private readonly Transcript _transcript;
    private readonly CancellationToken _cancellation;

    public RestProbe(ConformanceOptions options, Transcript transcript, CancellationToken cancellation)
    {
        _root = new Uri(options.RestAddress!.AbsoluteUri.TrimEnd('/') + "/");
        (_options, _transcript, _cancellation) = (options, transcript, cancellation);
        _invoker = new HttpMessageInvoker(options.RestHandler?.Invoke() ?? new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            AutomaticDecompression = DecompressionMethods.None,
            UseCookies = false,
        });
    }

    /// <summary>Why nobody is there, or nobody who answers in time; null once somebody does.</summary>
    public string? Unreachable { get; private set; }

    /// <summary>Calls in a row without an answer in time. A server that hangs would hold up a run for hours.</summary>
    public int Silences { get; set; }

    public Task<RestAnswer> GetAsync(string path) => SendAsync(HttpMethod.Get, path, null);

    public Task<RestAnswer> PostAsync(string path, JsonNode body, params (string Name, string Value)[] headers)
        => PostAsync(path, System.Text.Encoding.UTF8.GetBytes(body.ToJsonString()), headers);

    /// <summary>Sends a body; its type is JSON unless a header says another.</summary>
    public Task<RestAnswer> PostAsync(string path, byte[] body, params (string Name, string Value)[] headers)
        => SendAsync(HttpMethod.Post, path, body, headers);

    public async Task<RestAnswer> SendAsync(HttpMethod method, string path, byte[]? body, params (string Name, string Value)[] headers)
    {
        _cancellation.ThrowIfCancellationRequested();
        using var request = Request(method, path, body, headers);
        var line = $"{method} {request.RequestUri!.PathAndQuery}";
        using var late = new CancellationTokenSource(_options.CallTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _cancellation);
        try
        {
            using var response = await _invoker.SendAsync(request, either.Token).ConfigureAwait(false);
            var received = await ReadAsync(response.Content, either.Token).ConfigureAwait(false);
            (Unreachable, Silences) = (null, 0);
            _transcript.Write(line, body, $"{(int)response.StatusCode} {response.Content.Headers.ContentType}".TrimEnd(), received);
            return new RestAnswer((int)response.StatusCode, response.Headers, response.Content.Headers, received);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !_cancellation.IsCancellationRequested)
        {
            var text = $"no whole answer within {_options.CallTimeout.TotalSeconds:0.###} s";
            Unreachable = ++Silences < MostSilences ? null : $"given up: {_options.RestAddress} did not answer {MostSilences} calls in a row in time";
            _transcript.Write(line, body, text, []);
            throw new StatementFailedException(text);
        }
        catch (Exception fault) when (fault is HttpRequestException or IOException or InvalidDataException)
        {
            var text = $"the call broke off: {fault.Message}{(fault.InnerException is { } inner ? " " + inner.Message : "")}";
            Unreachable = fault is HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
                ? $"nobody answers at {_options.RestAddress}: {fault.Message}"
                : null;
            _transcript.Write(line, body, text, []);
            throw new StatementFailedException(text);
        }
    }

    public void Dispose() => _invoker.Dispose();

    private static async Task<byte[]> ReadAsync(HttpContent content, CancellationToken cancellationToken)
    {
        var stream = await content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var received = new MemoryStream();
            var buffer = new byte[16 << 10];
            while (await stream.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var count)
            {
                received.Write(buffer, 0, count);
                if (received.Length > MostBytes)
                {
                    throw new InvalidDataException($"the body is larger than {MostBytes >> 20} MiB.");
                }
            }

            return received.ToArray();
        }
    }

    private HttpRequestMessage Request(HttpMethod method, string path, byte[]? body, (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, new Uri(_root, path)) { Version = HttpVersion.Version11 };
        if (body is not null)
        {
            request.Content = new ByteArrayContent(body);
            request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        }

        foreach (var (name, value) in _options.Headers.Select(header => (header.Key, header.Value)).Concat(headers))
        {
            if (name.StartsWith("Content-", StringComparison.OrdinalIgnoreCase))
            {
                request.Content?.Headers.Remove(name);
                request.Content?.Headers.TryAddWithoutValidation(name, value);
            }
            else
            {
                request.Headers.TryAddWithoutValidation(name, value);
            }
        }

        return request;
    }
}
