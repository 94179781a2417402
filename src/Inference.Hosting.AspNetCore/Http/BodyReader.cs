// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>A request body as a pipe: inflated if need be, bounded in size and in time. Reused from body to body.</summary>
internal sealed class BodyReader(InferenceHttpOptions options, ReceiveBudget budget, TimeProvider time) : IAsyncDisposable
{
    // Below this a partial token is read again with whatever arrives; above it, only when there is twice as much, so that
    // a huge token that arrives in crumbs is not scanned once for each crumb.
    private const int SmallRemainder = 16 << 10;

    private readonly Lock _lock = new();
    private PipeReader _pipe = null!;
    private Stream? _inflater;
    private CancellationToken _aborted;
    private long _limit;
    private ITimer? _timer;
    private long _timeoutFrom;
    private bool _isTiming;
    private long _taken;
    private long _remainder;
    private long _counted;

    /// <summary>Opens the body of a request, to be read once.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge, from the length the caller announces.</exception>
    /// <exception cref="BadHttpRequestException">415: an encoding that is not understood.</exception>
    public static BodyReader Open(HttpContext context, InferenceHttpOptions options, ReceiveBudget budget, TimeProvider time)
        => new BodyReader(options, budget, time).Open(context);

    /// <summary>Opens the body of a request. The former one must have been disposed.</summary>
    /// <inheritdoc cref="Open(HttpContext, InferenceHttpOptions, ReceiveBudget, TimeProvider)"/>
    public BodyReader Open(HttpContext context)
    {
        AdmitSize(context);
        var inflater = OpenInflater(context);
        _pipe = inflater is null
            ? context.Request.BodyReader
            : PipeReader.Create(inflater, new StreamPipeReaderOptions(bufferSize: 32 << 10, leaveOpen: true));
        (_inflater, _aborted, _taken, _remainder) = (inflater, context.RequestAborted, 0, 0);
        _limit = inflater is null ? options.MaxRequestBodySize : options.MaxDecompressedBodySize;
        return this;
    }

    /// <summary>Reads on. The result must be given back by <see cref="AdvanceTo"/> before the next read.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge; InvalidInput when compressed data is damaged; QueueFull when too much is being received.</exception>
    /// <exception cref="BadHttpRequestException">408: the body takes too long. Or the server's own verdict.</exception>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public async ValueTask<ReadResult> ReadAsync()
    {
        ReadResult result;
        try
        {
            // A stream that was reset already throws from the call itself.
            var pending = _remainder <= SmallRemainder
                ? _pipe.ReadAsync(_aborted)
                : _pipe.ReadAtLeastAsync((int)Math.Min(Math.Min(2 * _remainder, _limit - _taken + 1), int.MaxValue), _aborted);
            if (!pending.IsCompleted)
            {
                StartTimer();
            }

            result = await pending;
        }
        catch (Exception exception) when (exception is InvalidDataException || exception.GetType().Assembly == typeof(ZLibStream).Assembly)
        {
            // A header that asks for a dictionary is an IOException of the inflater's own, of a type that it does not show.
            throw new InferenceException(
                InferenceErrorCode.InvalidInput, "The compressed body is damaged: it cannot be inflated.", exception);
        }
        catch (IOException exception) when (exception is not BadHttpRequestException)
        {
            throw CutOff(exception);
        }

        if (result.IsCanceled)
        {
            AdvanceTo(result, result.Buffer.Length);
            throw new BadHttpRequestException(
                $"The body did not arrive within {options.ReceiveTimeout.TotalSeconds:0.###} s.", StatusCodes.Status408RequestTimeout);
        }

        if (_taken + result.Buffer.Length > _limit)
        {
            AdvanceTo(result, result.Buffer.Length);
            throw _inflater is null
                ? TooLarge(options.MaxRequestBodySize, nameof(options.MaxRequestBodySize))
                : TooLarge(options.MaxDecompressedBodySize, nameof(options.MaxDecompressedBodySize));
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
        Advance(result.Buffer.GetPosition(consumed), result.Buffer.End);
    }

    /// <summary>Says how much of the last read was used; the rest comes back with the next read at once.</summary>
    public void StepTo(in ReadResult result, long consumed)
    {
        _taken += consumed;
        _remainder = 0;
        var position = result.Buffer.GetPosition(consumed);
        Advance(position, position);
    }

    /// <summary>Ends the use of the body.</summary>
    public ValueTask DisposeAsync()
    {
        budget.Give(_counted);
        _counted = 0;
        StopTimer();
        return _inflater is null ? default : CloseInflaterAsync(_inflater);
    }

    private void Advance(SequencePosition consumed, SequencePosition examined)
    {
        try
        {
            _pipe.AdvanceTo(consumed, examined);
        }
        catch (IOException exception)
        {
            throw CutOff(exception);
        }
    }

    // A client that resets its stream may be noticed here before the server says that the request was aborted.
    private static BadHttpRequestException CutOff(IOException exception)
        => new("The body was cut off.", StatusCodes.Status400BadRequest, exception);

    // Counted once, when they arrive: a remainder comes back with the next read.
    private void Count(long arrived)
    {
        if (arrived > _counted)
        {
            budget.Take(arrived - _counted, _counted);
            _counted = arrived;
        }
    }

    private async ValueTask CloseInflaterAsync(Stream inflater)
    {
        await _pipe.CompleteAsync();
        await inflater.DisposeAsync();
    }

    private static Stream? OpenInflater(HttpContext context)
    {
        var encoding = context.Request.Headers.ContentEncoding.ToString();
        if (encoding.Length == 0 || encoding.Equals("identity", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        if (encoding.Equals("gzip", StringComparison.OrdinalIgnoreCase))
        {
            return new GZipStream(context.Request.BodyReader.AsStream(leaveOpen: true), CompressionMode.Decompress);
        }

        if (encoding.Equals("deflate", StringComparison.OrdinalIgnoreCase))
        {
            return new ZLibStream(context.Request.BodyReader.AsStream(leaveOpen: true), CompressionMode.Decompress);
        }

        context.Response.Headers.AcceptEncoding = "gzip, deflate";
        throw new BadHttpRequestException(
            $"Content-Encoding '{Shorten(encoding)}' is not understood. Send gzip, deflate or no encoding.",
            StatusCodes.Status415UnsupportedMediaType);
    }

    // One timer for all bodies: making one for each costs more than all else that is done here.
    private void StartTimer()
    {
        if (_isTiming || options.ReceiveTimeout <= TimeSpan.Zero)
        {
            return;
        }

        lock (_lock)
        {
            (_isTiming, _timeoutFrom) = (true, time.GetTimestamp());
        }

        if (_timer is null)
        {
            _timer = time.CreateTimer(static state => ((BodyReader)state!).OnTimer(), this, options.ReceiveTimeout, Timeout.InfiniteTimeSpan);
        }
        else
        {
            _timer.Change(options.ReceiveTimeout, Timeout.InfiniteTimeSpan);
        }
    }

    private void StopTimer()
    {
        if (_isTiming)
        {
            lock (_lock)
            {
                _isTiming = false;
            }

            _timer!.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        }
    }

    private void OnTimer()
    {
        lock (_lock)
        {
            // A call that was under way when its body ended must not cut the next one. Timers may be early by less than a tick of theirs.
            if (_isTiming && time.GetElapsedTime(_timeoutFrom) >= options.ReceiveTimeout * 0.9)
            {
                _pipe.CancelPendingRead();
            }
        }
    }

    private void AdmitSize(HttpContext context)
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
