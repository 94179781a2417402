// SPDX-License-Identifier: Apache-2.0

using System.Net.Sockets;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Protos.Health;

namespace Inference.Hosting.Conformance.Rpc;

/// <summary>Makes gRPC calls that end in time, and tells a status that the server sent from a call that broke.</summary>
internal sealed class RpcProbe : IDisposable
{
    private const int MostBytes = 64 << 20;

    private readonly GrpcChannel _channel;
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _service;
    private readonly Health.HealthClient _health;
    private readonly ConformanceOptions _options;
    private readonly Transcript _transcript;
    private readonly CancellationToken _cancellation;
    private readonly Metadata _headers = [];

    public RpcProbe(ConformanceOptions options, Transcript transcript, CancellationToken cancellation)
    {
        (_options, _transcript, _cancellation) = (options, transcript, cancellation);
        _channel = GrpcChannel.ForAddress(options.GrpcAddress!, new GrpcChannelOptions
        {
            HttpHandler = options.GrpcHandler?.Invoke() ?? new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = MostBytes,
            MaxSendMessageSize = MostBytes,
        });
        _service = new(_channel);
        _health = new(_channel);
        foreach (var (name, value) in options.Headers)
        {
            _headers.Add(name, value);
        }
    }

    /// <summary>Why nobody is there, or nobody who answers in time; null once somebody does.</summary>
    public string? Unreachable { get; private set; }

    /// <summary>Calls in a row without an answer in time.</summary>
    public int Silences { get; set; }

    public Task<RpcAnswer<ServerLiveResponse>> LiveAsync() => CallAsync("ServerLive", new ServerLiveRequest(), _service.ServerLiveAsync);

    public Task<RpcAnswer<ServerReadyResponse>> ReadyAsync() => CallAsync("ServerReady", new ServerReadyRequest(), _service.ServerReadyAsync);

    public Task<RpcAnswer<ModelReadyResponse>> ModelReadyAsync(string model, string version = "")
        => CallAsync("ModelReady", new ModelReadyRequest { Name = model, Version = version }, _service.ModelReadyAsync);

    public async Task<ServerMetadataResponse> ServerMetadataAsync()
        => (await CallAsync("ServerMetadata", new ServerMetadataRequest(), _service.ServerMetadataAsync).ConfigureAwait(false)).Ok();

    public async Task<ModelMetadataResponse> ModelMetadataAsync(string model, string version = "")
        => (await FindModelAsync(model, version).ConfigureAwait(false)).Ok();

    public Task<RpcAnswer<ModelMetadataResponse>> FindModelAsync(string model, string version = "")
        => CallAsync("ModelMetadata", new ModelMetadataRequest { Name = model, Version = version }, _service.ModelMetadataAsync);

    public Task<RpcAnswer<ModelInferResponse>> InferAsync(ModelInferRequest request) => CallAsync("ModelInfer", request, _service.ModelInferAsync);

    public async Task<RepositoryIndexResponse> RepositoryIndexAsync(bool ready = false)
        => (await CallAsync("RepositoryIndex", new RepositoryIndexRequest { Ready = ready }, _service.RepositoryIndexAsync).ConfigureAwait(false)).Ok();

    public async Task<ModelStatisticsResponse> StatisticsAsync(string model)
        => (await CallAsync("ModelStatistics", new ModelStatisticsRequest { Name = model }, _service.ModelStatisticsAsync).ConfigureAwait(false)).Ok();

    public async Task<ModelConfigResponse> ConfigAsync(string model)
        => (await CallAsync("ModelConfig", new ModelConfigRequest { Name = model }, _service.ModelConfigAsync).ConfigureAwait(false)).Ok();

    public Task<RpcAnswer<HealthCheckResponse>> HealthAsync(string service)
        => CallAsync("grpc.health.v1.Health/Check", new HealthCheckRequest { Service = service }, _health.CheckAsync);

    /// <summary>Sends requests in one stream and reads an answer to each.</summary>
    public async Task<RpcAnswer<List<ModelStreamInferResponse>>> StreamAsync(params ModelInferRequest[] requests)
    {
        using var late = new CancellationTokenSource(_options.CallTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _cancellation);
        var line = $"ModelStreamInfer, {requests.Length} requests";
        var answers = new List<ModelStreamInferResponse>();
        try
        {
            using var call = _service.ModelStreamInfer(_headers, cancellationToken: either.Token);
            foreach (var request in requests)
            {
                await call.RequestStream.WriteAsync(request, either.Token).ConfigureAwait(false);
            }

            await call.RequestStream.CompleteAsync().ConfigureAwait(false);
            while (await call.ResponseStream.MoveNext(either.Token).ConfigureAwait(false))
            {
                answers.Add(call.ResponseStream.Current);
            }

            Write(line, [], $"OK {string.Join(' ', answers)}");
            return new(StatusCode.OK, "", answers);
        }
        catch (RpcException fault)
        {
            return Failed<List<ModelStreamInferResponse>>(fault, line, [], late.IsCancellationRequested);
        }
        catch (OperationCanceledException) when (late.IsCancellationRequested && !_cancellation.IsCancellationRequested)
        {
            throw Late(line, []);
        }
    }

    public void Dispose() => _channel.Dispose();

    private async Task<RpcAnswer<TAnswer>> CallAsync<TRequest, TAnswer>(
        string name, TRequest request, Func<TRequest, CallOptions, AsyncUnaryCall<TAnswer>> method)
        where TRequest : IMessage
        where TAnswer : class, IMessage
    {
        _cancellation.ThrowIfCancellationRequested();
        using var late = new CancellationTokenSource(_options.CallTimeout, _options.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(late.Token, _cancellation);
        var sent = System.Text.Encoding.UTF8.GetBytes(request.ToString() ?? "");
        try
        {
            using var call = method(request, new CallOptions(_headers, cancellationToken: either.Token));
            var answer = await call.ResponseAsync.ConfigureAwait(false);
            Write(name, sent, $"OK {answer}");
            Silences = 0;
            return new(StatusCode.OK, "", answer);
        }
        catch (RpcException fault)
        {
            return Failed<TAnswer>(fault, name, sent, late.IsCancellationRequested);
        }
    }

    /// <summary>A status that the client made up, because the call broke, is no answer.</summary>
    private RpcAnswer<T> Failed<T>(RpcException fault, string name, byte[] sent, bool isLate)
        where T : class
    {
        _cancellation.ThrowIfCancellationRequested();
        if (isLate)
        {
            throw Late(name, sent);
        }

        Silences = 0;
        Write(name, sent, $"{fault.StatusCode}: {fault.Status.Detail}");
        Unreachable = fault.Status.DebugException is SocketException
            or HttpRequestException { HttpRequestError: HttpRequestError.ConnectionError or HttpRequestError.NameResolutionError }
            ? $"nobody answers at {_options.GrpcAddress}: {fault.Status.Detail}"
            : null;
        var isBroken = fault.Status.DebugException is not null
            || fault.Status.Detail.StartsWith("Bad gRPC response", StringComparison.Ordinal)
            || fault.Status.Detail.StartsWith("No grpc-status", StringComparison.Ordinal);
        Expect.That(!isBroken, $"the call broke off: {fault.Status.Detail}");
        return new(fault.StatusCode, fault.Status.Detail, null);
    }

    private StatementFailedException Late(string name, byte[] sent)
    {
        var text = $"no whole answer within {_options.CallTimeout.TotalSeconds:0.###} s";
        Unreachable = ++Silences < RestProbe.MostSilences ? null : $"given up: {_options.GrpcAddress} did not answer {RestProbe.MostSilences} calls in a row in time";
        Write(name, sent, text);
        return new StatementFailedException(text);
    }

    private void Write(string name, byte[] sent, string answer)
    {
        const int Shown = 400;
        _transcript.Write(name, sent, answer.Length > Shown ? answer[..Shown] + "…" : answer, []);
    }
}
