// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Models;

/// <summary>The in-process door of one model.</summary>
internal sealed class ModelClient(ModelHost host, ModelHostDependencies dependencies) : IInferenceClient
{
    private readonly InferenceMetrics _metrics = dependencies.Metrics;
    private readonly TimeProvider _time = dependencies.Time;

    public string Model => host.Name;

    public ModelMetadata? Metadata => host.Peek(null)?.Loaded.Metadata;

    public async ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken = default)
    {
        if (host.Fallbacks is { } chain && InferenceContext.Current?.VersionFor(host.Name) is null && chain.TryAcquire() is { } lease)
        {
            return lease;
        }

        return new ModelVersionLease(await EnterAsync(cancellationToken).ConfigureAwait(false), this);
    }

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (cancellationToken.IsCancellationRequested)
        {
            return ValueTask.FromCanceled<InferenceResponse>(cancellationToken);
        }

        var context = InferenceContext.Current;
        return host.Fallbacks is { } chain && (request.Version ?? context?.VersionFor(host.Name)) is null
            ? FallbackTensors.InferAsync(chain, request, context, cancellationToken)
            : InferOwnAsync(request, context, cancellationToken);
    }

    /// <summary>Asks this model and no other.</summary>
    public ValueTask<InferenceResponse> InferOwnAsync(
        InferenceRequest request, InferenceContext? context, CancellationToken cancellationToken)
    {
        ModelVersion? entered;
        try
        {
            entered = TryEnter(request.Version ?? context?.VersionFor(host.Name));
        }
        catch (InferenceException exception)
        {
            return ValueTask.FromException<InferenceResponse>(exception);
        }

        return entered is not null
            ? InferAsync(entered, request, cancellationToken)
            : EnterAndInferAsync(request, context, cancellationToken);
    }

    public IAsyncEnumerable<InferenceResponse> InferStreamAsync(
        InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return host.Fallbacks is { } chain
            ? FallbackTensors.StreamAsync(chain, request, cancellationToken)
            : StreamOwnAsync(request, cancellationToken);
    }

    /// <summary>Enters the version that the context asks for; whoever does so leaves it.</summary>
    public ValueTask<ModelVersion> EnterAsync(CancellationToken cancellationToken)
    {
        var context = InferenceContext.Current;
        var wanted = context?.VersionFor(host.Name);
        return TryEnter(wanted) is { } entered
            ? new(entered)
            : EnterAsync(wanted, context?.Overflow ?? default, context?.Deadline, cancellationToken);
    }

    /// <summary>Measures a call where somebody listens; else null.</summary>
    public CallMeasure? TryMeasure(string version)
        => _metrics.MeasuresRequests || InferenceActivities.Source.HasListeners() ? Measure(version) : null;

    /// <summary>Measures a call that is no <see cref="InferAsync(InferenceRequest, CancellationToken)"/>.</summary>
    public CallMeasure Measure(string version) => new(host.Name, version, _metrics, _time);

    /// <summary>Runs a request on a version that was entered for it, and leaves the version.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<InferenceResponse> InferAsync(
        ModelVersion version, InferenceRequest request, CancellationToken cancellationToken)
    {
        // 0 when nobody measures, so that the clock is not read in vain.
        var started = _metrics.MeasuresRequests ? _time.GetTimestamp() : 0;
        using var activity = InferenceActivities.StartInfer(version.Model, version.Version);
        try
        {
            var response = await CallAsync(version, request, cancellationToken).ConfigureAwait(false);
            if (started != 0)
            {
                _metrics.Answered(version.Model, version.Version, _time.GetElapsedTime(started), "ok");
            }

            if (activity is not null)
            {
                InferenceActivities.SetTiming(activity, response.Timing);
            }

            return response;
        }
        catch (Exception exception)
        {
            Failed(version, started, activity, exception);
            throw;
        }
        finally
        {
            version.Exit();
        }
    }

    /// <summary>Enumerates the answers of a version that was entered for it, and leaves the version.</summary>
    public async IAsyncEnumerable<InferenceResponse> StreamAsync(
        ModelVersion version, InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var hold = version.Hold();
        using var measure = Measure(version.Version);

        // What a reader leaves before its end was cancelled, until the last answer says otherwise.
        measure.Leave();
        var answers = Begin(version, request, cancellationToken) is { } call
            ? new BoundedStream<InferenceResponse>(token => version.Loaded.InferStreamAsync(RequestCopy.Of(request), token), call)
            : version.Loaded.InferStreamAsync(request, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using var ended = answers.ConfigureAwait(false);
        while (true)
        {
            try
            {
                if (!await answers.MoveNextAsync().ConfigureAwait(false))
                {
                    measure.Complete();
                    break;
                }
            }
            catch (Exception exception)
            {
                measure.Fail(exception);
                throw;
            }

            yield return answers.Current;
        }
    }

    /// <summary>A call of a backend that needs to be held to its terms; null when it keeps them by itself, or there are none.</summary>
    public BoundedCall? Begin(ModelVersion version, InferenceRequest? request, CancellationToken cancellationToken)
        => !version.Loaded.EnforcesDeadlines
            && FindTerms(version, request?.Deadline ?? InferenceContext.Current?.Deadline, cancellationToken) is { } terms
            ? new BoundedCall(terms, dependencies.Logger, version)
            : null;

    /// <summary>The terms that a backend needs to be held to; null when it keeps them by itself, or there are none.</summary>
    public CallTerms? FindTerms(ModelVersion version, DateTimeOffset? deadline, CancellationToken cancellationToken)
        => version.Loaded.EnforcesDeadlines ? null : CallTerms.Find(deadline, _time, cancellationToken);

    private ValueTask<InferenceResponse> CallAsync(ModelVersion version, InferenceRequest request, CancellationToken cancellationToken)
        => Begin(version, request, cancellationToken) is { } call
            ? call.AnswerAsync(
                (version.Loaded, Request: RequestCopy.Of(request)),
                static (state, token) => state.Loaded.InferAsync(state.Request, token))
            : version.Loaded.InferAsync(request, cancellationToken);

    /// <summary>As <see cref="InferStreamAsync"/>, of this model and no other.</summary>
    public async IAsyncEnumerable<InferenceResponse> StreamOwnAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var version = await EnterAsync(request, InferenceContext.Current, cancellationToken).ConfigureAwait(false);
        await foreach (var response in StreamAsync(version, request, cancellationToken).ConfigureAwait(false))
        {
            yield return response;
        }
    }

    private async ValueTask<InferenceResponse> EnterAndInferAsync(
        InferenceRequest request, InferenceContext? context, CancellationToken cancellationToken)
    {
        var version = await EnterAsync(request, context, cancellationToken).ConfigureAwait(false);
        return await InferAsync(version, request, cancellationToken).ConfigureAwait(false);
    }

    private ValueTask<ModelVersion> EnterAsync(InferenceRequest request, InferenceContext? context, CancellationToken cancellationToken)
        => EnterAsync(
            request.Version ?? context?.VersionFor(host.Name),
            request.Overflow ?? context?.Overflow ?? default,
            request.Deadline ?? context?.Deadline,
            cancellationToken);

    private ModelVersion? TryEnter(string? version)
    {
        try
        {
            return host.TryEnter(version);
        }
        catch (InferenceException exception)
        {
            Refused(version, 0, exception);
            throw;
        }
    }

    private async ValueTask<ModelVersion> EnterAsync(
        string? version, InferenceOverflow overflow, DateTimeOffset? deadline, CancellationToken cancellationToken)
    {
        var started = _metrics.MeasuresRequests ? _time.GetTimestamp() : 0;
        try
        {
            return await host.EnterAsync(version, overflow, deadline, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception exception) when (exception is InferenceException or OperationCanceledException)
        {
            Refused(version, started, exception);
            throw;
        }
    }

    // A version that does not exist makes no tag: callers could make up any number of them.
    private void Refused(string? version, long started, Exception exception)
    {
        if (_metrics.MeasuresRequests)
        {
            _metrics.Answered(
                host.Name,
                version is not null && host.Has(version) ? version : "",
                started == 0 ? TimeSpan.Zero : _time.GetElapsedTime(started),
                CallMeasure.OutcomeOf(exception));
        }
    }

    private void Failed(ModelVersion version, long started, Activity? activity, Exception exception)
    {
        var outcome = CallMeasure.OutcomeOf(exception);
        if (started != 0)
        {
            _metrics.Answered(version.Model, version.Version, _time.GetElapsedTime(started), outcome);
        }

        activity?.SetTag(TelemetryNames.Outcome, outcome).SetStatus(ActivityStatusCode.Error);
    }
}
