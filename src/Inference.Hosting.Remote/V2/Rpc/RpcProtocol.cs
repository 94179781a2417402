// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Net;
using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2.Facts;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>V2 over gRPC: tensors in raw form, messages of our own over HTTP/2, so that a call takes the way of every other remote call.</summary>
internal sealed class RpcProtocol : IV2Protocol
{
    private const string Service = "inference.GRPCInferenceService";
    private const string ContentType = "application/grpc";
    private const long MostTimeout = 99_999_999;

    private static readonly KeyValuePair<string, string>[] _headers = [new("te", "trailers")];

    // Triton ends a stream at an error when it is asked to; otherwise errors are messages among others, which are read as well.
    private static readonly KeyValuePair<string, string>[] _streamHeaders = [.. _headers, new("triton_grpc_error", "true")];

    /// <summary>The only one.</summary>
    public static RpcProtocol Instance { get; } = new();

    public bool HasStreams => true;

    public async ValueTask<ServerFacts> GetServerAsync(RemoteEngine engine, RemoteServer server, CancellationToken cancellationToken)
        => await AskAsync(engine, server, "ServerMetadata", [], RpcFacts.ReadServer, cancellationToken).ConfigureAwait(false) ?? new ServerFacts();

    public async ValueTask<ModelFacts> GetModelAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken)
        => await AskAsync(engine, server, "ModelMetadata", RpcFacts.WriteName(model, version), RpcFacts.ReadModel, cancellationToken).ConfigureAwait(false)
            ?? throw V2Faults.Missing(model, version);

    public ValueTask<ConfigFacts?> GetConfigAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken)
        => AskAsync(engine, server, "ModelConfig", RpcFacts.WriteName(model, version), RpcFacts.ReadConfig, cancellationToken);

    public async ValueTask<ServerFault> ProbeAsync(
        RemoteEngine engine, RemoteServer server, string model, string? version, CancellationToken cancellationToken)
    {
        var (outcome, message) = await SendAsync(engine, server, "ModelReady", RpcFacts.WriteName(model, version), cancellationToken).ConfigureAwait(false);
        using (message)
        {
            return outcome.Status switch
            {
                RpcStatus.Ok => RpcFacts.ReadReady(message.Body.Span) ? ServerFault.None : ServerFault.NotReady,
                RpcStatus.Unauthenticated or RpcStatus.PermissionDenied => ServerFault.KeyRefused,
                _ => ServerFault.NotReady,
            };
        }
    }

    public V2Body Write(V2Call call)
    {
        var parameters = V2CallParameters.Collect(call);
        var length = InferRequestWriter.Measure(call, parameters);
        var body = new V2Body(RpcFrame.Length + length);
        RpcFrame.Write(body.GetSpan(), length);
        body.Advance(RpcFrame.Length);
        InferRequestWriter.Write(call, parameters, body);
        return body;
    }

    public RemoteRequest Address(V2Call call, V2Body body, bool isStream)
    {
        var headers = isStream ? _streamHeaders : _headers;
        return new(HttpMethod.Post, isStream ? $"{Service}/ModelStreamInfer" : $"{Service}/ModelInfer")
        {
            Body = body.Memory,
            ContentType = ContentType,
            Headers = call.Left is { } left ? [.. headers, new("grpc-timeout", Format(left))] : headers,
            HttpVersion = HttpVersion.Version20,
            IsIdempotent = true,
            Terms = call.Request,
            ReceiveAsync = isStream ? null : RpcReceiver.ReceiveAsync,
            StatusOf = isStream ? StatusOfHead : StatusOf,
        };
    }

    public V2Message Read(V2Call call, RemoteAnswer answer)
    {
        var message = (V2Message)answer.Take()!;
        try
        {
            var outcome = RpcOutcome.Read(answer.StatusCode, answer.Headers, answer.TrailingHeaders);
            if (outcome.Status != RpcStatus.Ok)
            {
                throw outcome.Explain(call.Model, call.Length);
            }

            InferResponseReader.Read(message, message.Body, isInStream: false, call.Model.Outputs);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    public async IAsyncEnumerable<V2Message> ReadStreamAsync(V2Call call, RemoteAnswer answer)
    {
        while (await ReadMessageAsync(call, answer).ConfigureAwait(false) is { } message)
        {
            if (message.Error is { } error)
            {
                message.Dispose();
                throw V2Faults.Invalid(error);
            }

            if (message.IsFinal && message.Outputs.Count == 0)
            {
                message.Dispose();
                continue;
            }

            yield return message;
        }

        var outcome = RpcOutcome.Read(answer.StatusCode, answer.Headers, answer.TrailingHeaders);
        if (outcome.Status != RpcStatus.Ok)
        {
            throw outcome.Explain(call.Model, call.Length);
        }
    }

    private static async ValueTask<V2Message?> ReadMessageAsync(V2Call call, RemoteAnswer answer)
    {
        var message = new V2Message();
        try
        {
            var frame = message.Rent(RpcFrame.Length);
            var length = await FillAsync(answer, frame).ConfigureAwait(false);
            if (length < frame.Length)
            {
                message.Dispose();
                return length == 0 ? null : throw V2Faults.BadAnswer("it ends within a message");
            }

            var body = message.Rent(RpcFrame.Read(frame.Span));
            if (await FillAsync(answer, body).ConfigureAwait(false) < body.Length)
            {
                throw V2Faults.BadAnswer("it ends within a message");
            }

            InferResponseReader.Read(message, body, isInStream: true, call.Model.Outputs);
            return message;
        }
        catch
        {
            message.Dispose();
            throw;
        }
    }

    private static async ValueTask<int> FillAsync(RemoteAnswer answer, Memory<byte> buffer)
    {
        var length = 0;
        while (length < buffer.Length && await answer.ReadAsync(buffer[length..]).ConfigureAwait(false) is > 0 and var count)
        {
            length += count;
        }

        return length;
    }

    private static HttpStatusCode StatusOf(HttpResponseMessage response)
        => RpcOutcome.Read(response.StatusCode, response.Headers, response.TrailingHeaders).ToHttp();

    // The trailers of a stream are yet to come.
    private static HttpStatusCode StatusOfHead(HttpResponseMessage response)
        => response.StatusCode == HttpStatusCode.OK && !response.Headers.NonValidated.Contains("grpc-status") ? HttpStatusCode.OK : StatusOf(response);

    // At most eight digits, and a unit.
    private static string Format(TimeSpan left)
    {
        var microseconds = Math.Max(1, (long)left.TotalMicroseconds);
        var (number, unit) = microseconds switch
        {
            <= MostTimeout => (microseconds, 'u'),
            <= MostTimeout * 1000 => (microseconds / 1000, 'm'),
            _ => (Math.Min(microseconds / 1_000_000, MostTimeout), 'S'),
        };
        return string.Create(CultureInfo.InvariantCulture, $"{number}{unit}");
    }

    private static async ValueTask<T?> AskAsync<T>(
        RemoteEngine engine, RemoteServer server, string method, byte[] request, Func<ReadOnlyMemory<byte>, T> read, CancellationToken cancellationToken)
        where T : class
    {
        try
        {
            var (outcome, message) = await SendAsync(engine, server, method, request, cancellationToken).ConfigureAwait(false);
            using (message)
            {
                return outcome.Status switch
                {
                    RpcStatus.Ok => read(message.Body),
                    RpcStatus.NotFound or RpcStatus.Unimplemented or RpcStatus.InvalidArgument => null,
                    RpcStatus.Unauthenticated or RpcStatus.PermissionDenied => throw V2Faults.Refused(),
                    _ => throw V2Faults.NotReady(outcome.RetryAfter),
                };
            }
        }
        catch (HttpRequestException exception)
        {
            throw V2Faults.Unreachable(exception);
        }
        catch (InferenceException exception) when (exception.Code == InferenceErrorCode.InvalidInput)
        {
            throw V2Faults.BadAnswer("what it says of the model is no message of the V2 protocol", exception);
        }
    }

    private static async ValueTask<(RpcOutcome Outcome, V2Message Message)> SendAsync(
        RemoteEngine engine, RemoteServer server, string method, byte[] message, CancellationToken cancellationToken)
    {
        var body = new byte[RpcFrame.Length + message.Length];
        RpcFrame.Write(body, message.Length);
        message.CopyTo(body, RpcFrame.Length);
        var request = new RemoteRequest(HttpMethod.Post, $"{Service}/{method}")
        {
            Body = body,
            ContentType = ContentType,
            Headers = _headers,
            HttpVersion = HttpVersion.Version20,
            ReceiveAsync = RpcReceiver.ReceiveAsync,
            StatusOf = StatusOf,
        };
        using var response = await engine.AskAsync(server, request, cancellationToken).ConfigureAwait(false);
        var answer = (V2Message)((VisitContent)response.Content).Take()!;
        return (RpcOutcome.Read(response.StatusCode, response.Headers, response.TrailingHeaders), answer);
    }
}
