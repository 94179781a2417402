// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>The line to the client of one stream: opened once, kept alive while nothing is said.</summary>
/// <remarks>
/// Two want to write to it, the stream and the clock; each takes its turn. The stream has the turn from the start and leaves it while it
/// waits for the model. At its end it keeps it, so that the clock never writes again.
/// </remarks>
internal sealed class StreamLine : IAsyncDisposable
{
    // Three ticks of half the interval: the silence lasts between once and one and a half times the interval.
    private const int TicksOfSilence = 3;

    private readonly HttpContext _context;
    private readonly TimeSpan _tick;
    private readonly SemaphoreSlim _turn = new(0, 1);
    private readonly ITimer _timer;
    private int _silentTicks;

    public StreamLine(HttpContext context, TimeProvider time, InferenceOpenAIOptions options)
    {
        _context = context;
        _tick = options.KeepAliveInterval / (TicksOfSilence - 1);
        _timer = time.CreateTimer(static line => ((StreamLine)line!).Tick(), this, options.FirstEventTimeout, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Whether the status line is decided.</summary>
    public bool IsOpen { get; private set; }

    public PipeWriter Output => _context.Response.BodyWriter;

    /// <summary>Lets the clock write.</summary>
    public void Leave() => _turn.Release();

    /// <summary>Takes the turn; waits while the clock writes.</summary>
    public Task EnterAsync() => _turn.WaitAsync();

    /// <summary>Something was written: the silence begins anew.</summary>
    public void Touch() => _silentTicks = 0;

    /// <summary>Decides for 200, before the first byte of the body. Needs the turn.</summary>
    public ValueTask OpenAsync()
    {
        if (IsOpen)
        {
            return ValueTask.CompletedTask;
        }

        IsOpen = true;
        _context.Response.ContentType = "text/event-stream; charset=utf-8";
        PassThrough.PrepareStream(_context);
        _timer.Change(_tick, _tick);
        return new ValueTask(_context.Response.StartAsync(_context.RequestAborted));
    }

    /// <summary>Sends what was written, when the client takes it. Needs the turn.</summary>
    /// <exception cref="OperationCanceledException">The client has left.</exception>
    public async ValueTask FlushAsync()
    {
        var result = await Output.FlushAsync(_context.RequestAborted);
        if (result.IsCompleted || result.IsCanceled)
        {
            // The client reads no more: whoever made the answer need not go on.
            throw new OperationCanceledException(_context.RequestAborted);
        }
    }

    public ValueTask DisposeAsync() => _timer.DisposeAsync();

    private async void Tick()
    {
        if (!_turn.Wait(0))
        {
            return;
        }

        try
        {
            if (!IsOpen || ++_silentTicks >= TicksOfSilence)
            {
                await OpenAsync();
                Write(": keep-alive\n\n"u8);
                _silentTicks = 1;
                await FlushAsync();
            }
        }
        catch (Exception)
        {
            // The connection is broken; the stream will find that out.
        }
        finally
        {
            _turn.Release();
        }
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Output.GetSpan(bytes.Length));
        Output.Advance(bytes.Length);
    }
}
