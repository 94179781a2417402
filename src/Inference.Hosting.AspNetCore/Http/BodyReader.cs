// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>A request body as a pipe: inflated if need be, bounded in size and in time.</summary>
internal sealed class BodyReader : IAsyncDisposable
{
    // Below this a partial token is read again with whatever arrives; above it, only when there is twice as much, so that
    // a huge token that arrives in crumbs is not scanned once for each crumb.
    private const int SmallRemainder = 16 << 10;

    private readonly PipeReader _pipe;
    private readonly Stream? _inflater;
    private readonly InferenceHttpOptions _options;
    private readonly ReceiveBudget _budget;
    private readonly TimeProvider _time;
    private readonly CancellationToken _aborted;
    private readonly long _limit;
    private ITimer? _timer;
    private long _taken;
    private long _remainder;
    private long _counted;

    private BodyReader(
        HttpContext context, PipeReader pipe, Stream? inflater, InferenceHttpOptions options, ReceiveBudget budget, TimeProvider time)
    {
        (_pipe, _inflater, _options, _budget, _time, _aborted) = (pipe, inflater, options, budget, time, context.RequestAborted);
        _limit = inflater is null ? options.MaxRequestBodySize : options.MaxDecompressedBodySize;
    }

    /// <summary>Opens the body of a request.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge, from the length the caller announces.</exception>
    /// <exception cref="BadHttpRequestException">415: an encoding that is not understood.</exception>
    public static BodyReader Open(HttpContext context, InferenceHttpOptions options, ReceiveBudget budget, TimeProvider time)
    {
        AdmitSize(context, options);
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return new(context, context.Request.BodyReader, null, options, budget, time);
        }

        var wire = context.Request.BodyReader.AsStream(leaveOpen: true);
        Stream inflater;
        if (encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            inflater = new GZipStream(wire, CompressionMode.Decompress);
        }
        else if (encoding.Equals("deflate", StringComparison.OrdinalIgnoreCase))
        {
            inflater = new ZLibStream(wire, CompressionMode.Decompress);
        }
        else
        {
            context.Response.Headers.AcceptEncoding = "gzip, deflate";
            throw new BadHttpRequestException(
                $"Content-Encoding '{Shorten(encoding)}' is not understood. Send gzip, deflate or no encoding.",
                StatusCodes.Status415UnsupportedMediaType);
        }

        var pipe = PipeReader.Create(inflater, new StreamPipeReaderOptions(bufferSize: 32 << 10, leaveOpen: true));
        return new(context, pipe, inflater, options, budget, time);
    }

    /// <summary>Reads on. The result must be given back by <see cref="AdvanceTo"/> before the next read.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge; InvalidInput when compressed data is damaged; QueueFull when too much is being received.</exception>
    /// <exception cref="BadHttpRequestException">408: the body takes too long. Or the server's own verdict.</exception>
    public async ValueTask<ReadResult> ReadAsync()
    {
        var pending = _remainder <= SmallRemainder
            ? _pipe.ReadAsync(_aborted)
            : _pipe.ReadAtLeastAsync((int)Math.Min(Math.Min(2 * _remainder, _limit - _taken + 1), int.MaxValue), _aborted);
        if (!pending.IsCompleted)
        {
            StartTimer();
        }

        ReadResult result;
        try
        {
            result = await pending;
        }
        catch (InvalidDataException exception)
        {
            throw new InferenceException(
                InferenceErrorCode.InvalidInput, "The compressed body is damaged: it cannot be inflated.", exception);
        }

        if (result.IsCanceled)
        {
            AdvanceTo(result, result.Buffer.Length);
            throw new BadHttpRequestException(
                $"The body did not arrive within {_options.ReceiveTimeout.TotalSeconds:0.###} s.", StatusCodes.Status408RequestTimeout);
        }

        if (_taken + result.Buffer.Length > _limit)
        {
            AdvanceTo(result, result.Buffer.Length);
            throw _inflater is null
                ? TooLarge(_options.MaxRequestBodySize, nameof(_options.MaxRequestBodySize))
                : TooLarge(_options.MaxDecompressedBodySize, nameof(_options.MaxDecompressedBodySize));
        }

        try
        {
            Count(_taken + result.Buffer.Length);
        }
        catch
        {
            AdvanceTo(result, result.Buffer.Length);
            throw;
        }

        return result;
    }

    /// <summary>Says how much of the last read was used; the rest comes back with the next one, when more has arrived.</summary>
    public void AdvanceTo(in ReadResult result, long consumed)
    {
        _taken += consumed;
        _remainder = result.Buffer.Length - consumed;
        _pipe.AdvanceTo(result.Buffer.GetPosition(consumed), result.Buffer.End);
    }

    /// <summary>Says how much of the last read was used; the rest comes back with the next read at once.</summary>
    public void StepTo(in ReadResult result, long consumed)
    {
        _taken += consumed;
        _remainder = 0;
        _pipe.AdvanceTo(result.Buffer.GetPosition(consumed));
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _budget.Give(_counted);
        _counted = 0;
        if (_timer is not null)
        {
            await _timer.DisposeAsync();
        }

        if (_inflater is not null)
        {
            await _pipe.CompleteAsync();
            await _inflater.DisposeAsync();
        }
    }

    // Counted once, when they arrive: a remainder comes back with the next read.
    private void Count(long arrived)
    {
        if (arrived > _counted)
        {
            _budget.Take(arrived - _counted, _counted);
            _counted = arrived;
        }
    }

    private void StartTimer()
    {
        if (_timer is null && _options.ReceiveTimeout > TimeSpan.Zero)
        {
            _timer = _time.CreateTimer(
                static pipe => ((PipeReader)pipe!).CancelPendingRead(), _pipe, _options.ReceiveTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private static void AdmitSize(HttpContext context, InferenceHttpOptions options)
    {
        // Servers have a limit of their own, lower than tensors need; a limit the app gave to the endpoint stays. Plain bodies are
        // counted here: a server that counts resets the connection at its limit, and the client may never see the answer.
        if (context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is null
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = context.Request.Headers.ContentEncoding.Count == 0 ? null : options.MaxRequestBodySize;
        }

        if (context.Request.ContentLength > options.MaxRequestBodySize)
        {
            throw TooLarge(options.MaxRequestBodySize, nameof(options.MaxRequestBodySize));
        }
    }

    private static InferenceException TooLarge(long limit, string option)
        => new(InferenceErrorCode.PayloadTooLarge, $"The body is larger than {limit} bytes ({InferenceHttpOptions.Section}:{option}).");

    private static string Shorten(string text) => text.Length <= 32 ? text : text[..32] + "…";
}
