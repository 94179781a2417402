// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Backends;

/// <summary>A loaded function that answers a request as often as it likes: checked at the door, bounded in number, counted.</summary>
internal sealed class StreamFunctionModel : ILoadedModel
{
    private const int DefaultMaxCalls = 1024;

    private readonly Func<InferenceRequest, CancellationToken, IAsyncEnumerable<InferenceResponse>> _function;
    private readonly RequestAnalyzer _analyzer;
    private readonly StreamAnswers _answers;
    private readonly StreamGate _gate;
    private readonly StreamStatistics _statistics;
    private readonly CancellationTokenSource _stopping = new();
    private readonly TimeProvider _time;
    private readonly ILogger _logger;

    public StreamFunctionModel(
        ModelMetadata metadata,
        Func<InferenceRequest, CancellationToken, IAsyncEnumerable<InferenceResponse>> function,
        ModelLoadContext context)
    {
        Metadata = metadata;
        _function = function;
        _analyzer = new RequestAnalyzer(metadata);
        _answers = new StreamAnswers(metadata);
        _time = context.Services.GetService<TimeProvider>() ?? TimeProvider.System;
        _statistics = new StreamStatistics(_time);
        _logger = (context.Services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference.Hosting.Batching");
        var options = context.Services.GetService<IOptionsMonitor<QueueOptions>>();
        _gate = new StreamGate(() => options?.Get(context.OptionsName).MaxQueuedRows ?? DefaultMaxCalls);
    }

    public ModelMetadata Metadata { get; }

    public ModelLoad Load => new() { InFlight = _gate.Count };

    public ModelStatistics? Statistics => _statistics.Snapshot();

    public bool EnforcesDeadlines => true;

    public async ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        InferenceResponse? only = null;
        try
        {
            await foreach (var response in RunAsync(request, isSingle: true, cancellationToken).ConfigureAwait(false))
            {
                only = response;
            }

            return only!;
        }
        catch
        {
            only?.Dispose();
            throw;
        }
    }

    public IAsyncEnumerable<InferenceResponse> InferStreamAsync(
        InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return RunAsync(request, isSingle: false, cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync().ConfigureAwait(false);
        _gate.Close();
        await _gate.Emptied.ConfigureAwait(false);
        _stopping.Dispose();
    }

    private async IAsyncEnumerable<InferenceResponse> RunAsync(
        InferenceRequest request, bool isSingle, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // (1) Validated, and let in or refused.
        var wanted = _analyzer.Analyze(request).Outputs;
        var terms = new StreamTerms(request, _time, _stopping.Token, cancellationToken);
        try
        {
            await _gate.EnterAsync(terms).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            terms.Dispose();
            _statistics.CountRefused();
            throw terms.Explain(exception);
        }

        // (2) Called, and its answers handed on. Whoever leaves early is answered at once; the call gives its place back when it has ended.
        // It may go on reading when the caller has got its memory back.
        var call = new StreamCall(_function, RequestCopy.Of(request), terms, _gate, _statistics, _logger);
        await using var ended = call.ConfigureAwait(false);
        var count = 0;
        while (await call.MoveNextAsync().ConfigureAwait(false))
        {
            if (isSingle && ++count > 1)
            {
                call.Current.Dispose();
                throw call.Fail(Several());
            }

            yield return call.Take(_answers, wanted);
        }

        if (isSingle && count == 0)
        {
            throw call.Fail(Nothing());
        }

        call.Succeed();
    }

    private InferenceException Several() => new(
        InferenceErrorCode.Unsupported,
        $"Model '{Metadata.Name}' answers this request several times, which this call cannot carry: use ModelStreamInfer over gRPC, or InferStreamAsync.");

    private InferenceException Nothing() => new(
        InferenceErrorCode.Unsupported,
        $"Model '{Metadata.Name}' gives this request no answer, which this call cannot carry: use ModelStreamInfer over gRPC, or InferStreamAsync.");
}
