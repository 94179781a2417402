// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IOpenAIPassThrough"/> of whichever version serves, held until the answer is disposed.</summary>
internal sealed class LeasedOpenAIPassThrough(ModelHost host) : IOpenAIPassThrough
{
    private readonly LeasedCalls<IOpenAIPassThrough> _calls = new(host);

    public bool CanPass(string route) => _calls.Current?.CanPass(route) ?? true;

    public async ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var deadline = InferenceContext.Current?.Deadline;
        var version = await host.Client.EnterAsync(cancellationToken).ConfigureAwait(false);
        var measure = host.Client.Measure(version.Version);
        try
        {
            // The terms of the head hold for the body as well, which the backend writes into the caller's own pipe: its end is awaited.
            var model = LeasedCalls<IOpenAIPassThrough>.Of(version);
            var response = host.Client.Begin(version, null, cancellationToken) is { } bounded
                ? await bounded.AnswerAsync(
                    (Model: model, Request: request with { Body = request.Body.ToArray() }),
                    static (state, token) => state.Model.SendAsync(state.Request, token)).ConfigureAwait(false)
                : await model.SendAsync(request, cancellationToken).ConfigureAwait(false);
            return new HeldResponse(request.Route, response, version, measure, token => host.Client.FindTerms(version, deadline, token));
        }
        catch (Exception exception)
        {
            measure.Fail(exception);
            measure.Dispose();
            version.Exit();
            throw;
        }
    }

    private sealed class HeldResponse : PassThroughResponse
    {
        private readonly string _route;
        private readonly PassThroughResponse _inner;
        private readonly ModelVersion _version;
        private readonly CallMeasure _measure;
        private readonly Func<CancellationToken, CallTerms?> _findTerms;
        private int _disposed;

        public HeldResponse(
            string route, PassThroughResponse inner, ModelVersion version, CallMeasure measure, Func<CancellationToken, CallTerms?> findTerms)
        {
            (_route, _inner, _version, _measure, _findTerms) = (route, inner, version, measure, findTerms);

            // Until its body has been copied, the caller may still leave.
            _measure.Leave();
        }

        public override int StatusCode => _inner.StatusCode;

        public override string ContentType => _inner.ContentType;

        public override TimeSpan? RetryAfter => _inner.RetryAfter;

        public override TokenUsage? Usage => _inner.Usage;

        public override async ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
        {
            // The end of the copy is awaited, whatever the terms: it writes into the caller's own pipe.
            using var terms = _findTerms(cancellationToken);
            try
            {
                await _inner.CopyToAsync(output, terms?.Token ?? cancellationToken).ConfigureAwait(false);
                _measure.Complete();
            }
            catch (Exception exception)
            {
                var explained = terms?.Explain(exception) ?? exception;
                _measure.Fail(explained);
                if (ReferenceEquals(explained, exception))
                {
                    throw;
                }

                throw explained;
            }
        }

        public override async ValueTask DisposeAsync()
        {
            if (Interlocked.Exchange(ref _disposed, 1) != 0)
            {
                return;
            }

            try
            {
                await _inner.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                // An answer that was read in part has its price, too.
                if (_inner.StatusCode < 300 && _route is not ("tokenize" or "detokenize"))
                {
                    _measure.Use(_inner.Usage);
                }

                _measure.Dispose();
                _version.Exit();
            }
        }
    }
}
