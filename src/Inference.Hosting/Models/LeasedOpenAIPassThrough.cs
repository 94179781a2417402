// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IOpenAIPassThrough"/> of whichever version serves, held until the answer is disposed.</summary>
internal sealed class LeasedOpenAIPassThrough(ModelHost host) : LeasedCapability<IOpenAIPassThrough>(host), IOpenAIPassThrough
{
    private readonly ModelHost _host = host;

    public bool CanPass(string route) => Current?.CanPass(route) ?? true;

    public async ValueTask<PassThroughResponse> SendAsync(PassThroughRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var lease = await _host.Client.AcquireAsync(cancellationToken).ConfigureAwait(false);
        var measure = _host.Client.Measure(lease.Version);
        try
        {
            return new HeldResponse(await Of(lease).SendAsync(request, cancellationToken).ConfigureAwait(false), lease, measure);
        }
        catch (Exception exception)
        {
            measure.Fail(exception);
            measure.Dispose();
            lease.Dispose();
            throw;
        }
    }

    private sealed class HeldResponse : PassThroughResponse
    {
        private readonly PassThroughResponse _inner;
        private readonly ModelLease _lease;
        private readonly CallMeasure _measure;

        public HeldResponse(PassThroughResponse inner, ModelLease lease, CallMeasure measure)
        {
            (_inner, _lease, _measure) = (inner, lease, measure);

            // Until its body has been copied, the caller may still leave.
            _measure.Leave();
        }

        public override int StatusCode => _inner.StatusCode;

        public override string ContentType => _inner.ContentType;

        public override TimeSpan? RetryAfter => _inner.RetryAfter;

        public override TokenUsage? Usage => _inner.Usage;

        public override async ValueTask CopyToAsync(PipeWriter output, CancellationToken cancellationToken = default)
        {
            try
            {
                await _inner.CopyToAsync(output, cancellationToken).ConfigureAwait(false);
                _measure.Complete();
            }
            catch (Exception exception)
            {
                _measure.Fail(exception);
                throw;
            }
        }

        public override async ValueTask DisposeAsync()
        {
            try
            {
                await _inner.DisposeAsync().ConfigureAwait(false);
            }
            finally
            {
                _measure.Dispose();
                _lease.Dispose();
            }
        }
    }
}
