// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Backends;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.V2;

/// <summary>A version on V2 servers. It calls the version that was there when it was loaded, and no other. Thread-safe.</summary>
internal sealed class V2Model : ILoadedModel
{
    private readonly RemoteEngine _engine;
    private readonly IV2Protocol _protocol;
    private readonly RemoteModel _model;
    private readonly V2Outputs _outputs;
    private readonly V2Statistics _statistics = new();
    private readonly V2Watch _watch;

    public V2Model(ModelLoadContext context, RemoteEngine engine, IV2Protocol protocol, RemoteDirectory directory)
    {
        (_engine, _protocol, _model) = (engine, protocol, directory.Model);
        Metadata = _model.Describe(context.Model, context.Version);
        _outputs = new V2Outputs(Metadata);
        _watch = new V2Watch(context, engine, directory);
    }

    public ModelMetadata Metadata { get; }

    public ModelLoad Load => _engine.Load;

    public ModelStatistics? Statistics => _statistics.Complete(_engine.Statistics);

    public string? Unavailable => _engine.Unavailable;

    public bool EnforcesDeadlines => true;

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _model.IsDecoupled && _protocol.HasStreams ? InferOnlyAsync(request, cancellationToken) : InferUnaryAsync(request, cancellationToken);
    }

    public IAsyncEnumerable<InferenceResponse> InferStreamAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return _model.IsDecoupled && _protocol.HasStreams ? StreamAsync(request, cancellationToken) : StreamOneAsync(request, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _watch.DisposeAsync().ConfigureAwait(false);
        await _engine.DisposeAsync().ConfigureAwait(false);
    }

    private async ValueTask<InferenceResponse> InferUnaryAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        // (1) Written: from here on the caller's tensors are not read any more.
        var started = _engine.Time.GetTimestamp();
        var call = Describe(request);
        using var body = new BodyLease(_protocol.Write(call), _engine.Options);
        call.Length = body.Body.Memory.Length;

        // (2) Sent, and answered.
        var answer = await _engine.SendAsync(_protocol.Address(call, body.Body, isStream: false), cancellationToken).ConfigureAwait(false);
        await using var ended = answer.ConfigureAwait(false);

        // (3) Read, and compared with what was asked.
        var message = Read(call, answer);
        var response = _outputs.ToResponse(request, message, answer.QueueTime, _engine.Time.GetElapsedTime(started) - answer.QueueTime);
        _statistics.Add(response.Timing.BatchSize, response.Timing.Compute);
        answer.Succeed();
        return response;
    }

    private V2Message Read(V2Call call, RemoteAnswer answer)
    {
        V2Message? message = null;
        try
        {
            message = _protocol.Read(call, answer);
            _outputs.Check(call.Request, message);
            return message;
        }
        catch (InferenceException exception)
        {
            message?.Dispose();
            Refuse(answer, exception);
            throw;
        }
    }

    private async IAsyncEnumerable<InferenceResponse> StreamAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var began = _engine.Time.GetTimestamp();
        var started = began;
        var call = Describe(request);
        using var body = new BodyLease(_protocol.Write(call), _engine.Options);
        call.Length = body.Body.Memory.Length;
        var answer = await _engine.SendAsync(_protocol.Address(call, body.Body, isStream: true), cancellationToken).ConfigureAwait(false);
        await using var ended = answer.ConfigureAwait(false);
        var messages = _protocol.ReadStreamAsync(call, answer).GetAsyncEnumerator(cancellationToken);
        await using var read = messages.ConfigureAwait(false);
        while (await MoveNextAsync(messages, answer).ConfigureAwait(false))
        {
            yield return Take(request, messages.Current, answer, _engine.Time.GetElapsedTime(started));
            started = _engine.Time.GetTimestamp();
        }

        _statistics.Add(1, _engine.Time.GetElapsedTime(began));
        answer.Succeed();
    }

    private InferenceResponse Take(InferenceRequest request, V2Message message, RemoteAnswer answer, TimeSpan compute)
    {
        try
        {
            _outputs.Check(request, message);
            return _outputs.ToResponse(request, message, answer.QueueTime, compute);
        }
        catch (InferenceException exception)
        {
            message.Dispose();
            Refuse(answer, exception);
            throw;
        }
    }

    private async ValueTask<bool> MoveNextAsync(IAsyncEnumerator<V2Message> messages, RemoteAnswer answer)
    {
        try
        {
            return await messages.MoveNextAsync().ConfigureAwait(false);
        }
        catch (InferenceException exception)
        {
            Refuse(answer, exception);
            throw;
        }
    }

    private async IAsyncEnumerable<InferenceResponse> StreamOneAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return await InferUnaryAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private async ValueTask<InferenceResponse> InferOnlyAsync(InferenceRequest request, CancellationToken cancellationToken)
    {
        InferenceResponse? only = null;
        try
        {
            await foreach (var response in StreamAsync(request, cancellationToken).ConfigureAwait(false))
            {
                if (only is not null)
                {
                    response.Dispose();
                    throw NotOne("several times");
                }

                only = response;
            }

            return only ?? throw NotOne("with no answer");
        }
        catch
        {
            only?.Dispose();
            throw;
        }
    }

    private V2Call Describe(InferenceRequest request)
    {
        var context = InferenceContext.Current;
        var deadline = request.Deadline ?? context?.Deadline;
        return new V2Call(_model, request)
        {
            Priority = request.Priority > 0 ? request.Priority : context?.Priority ?? 0,
            Left = deadline - _engine.Time.GetUtcNow(),
        };
    }

    private void Refuse(RemoteAnswer answer, InferenceException exception)
    {
        answer.Refuse();
        if (exception.Code == InferenceErrorCode.NotReady)
        {
            _watch.Suspect();
        }
    }

    private InferenceException NotOne(string how) => new(
        InferenceErrorCode.Unsupported,
        $"Model '{Metadata.Name}' answers this request {how}, which this call cannot carry: use ModelStreamInfer over gRPC, or InferStreamAsync.");

    // An attempt that lost against another one may still be sending: then the body is left to the garbage collector.
    private readonly struct BodyLease(V2Body body, RemoteOptions options) : IDisposable
    {
        public V2Body Body => body;

        public void Dispose()
        {
            if (options.HedgeAfter is null)
            {
                body.Dispose();
            }
        }
    }
}
