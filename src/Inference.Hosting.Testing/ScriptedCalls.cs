// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Testing;

/// <summary>The calls of a scripted model: what holds them up, what they fail with, and how many there were. Thread-safe.</summary>
public sealed class ScriptedCalls
{
    private int _count;
    private int _active;
    private int _cancelled;

    /// <summary>Calls pass it before anything else happens.</summary>
    public FakeGate Gate { get; } = new();

    /// <summary>What calls fail with once they have passed the gate; null, the default, for nothing.</summary>
    public Exception? Failure { get; set; }

    /// <summary>The clock of waits and deadlines.</summary>
    /// <value>The system's by default.</value>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>How many calls came.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>How many are under way, streams that are being read included: 0 at the end of a test.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>How many ended because their caller's token was cancelled or their stream was left before its end.</summary>
    public int Cancelled => Volatile.Read(ref _cancelled);

    /// <summary>Begins a call.</summary>
    internal Call Begin(CancellationToken caller) => new(this, caller);

    /// <summary>A call that answers at once when it has passed the gate.</summary>
    internal async ValueTask<TResult> RunAsync<TResult>(Func<TResult> answer, CancellationToken cancellationToken)
    {
        using var call = Begin(cancellationToken);
        await call.EnterAsync().ConfigureAwait(false);
        try
        {
            return answer();
        }
        finally
        {
            call.Succeed();
        }
    }

    /// <summary>One call, ended by disposal.</summary>
    internal sealed class Call : IDisposable
    {
        // What a timer can wait for at most; a deadline further away is none.
        private static readonly TimeSpan _farAway = TimeSpan.FromDays(40);

        private readonly ScriptedCalls _calls;
        private readonly CancellationToken _caller;
        private readonly CancellationTokenSource _late;
        private readonly CancellationTokenSource _any;
        private bool _isSettled;

        public Call(ScriptedCalls calls, CancellationToken caller)
        {
            (_calls, _caller) = (calls, caller);
            Interlocked.Increment(ref calls._count);
            Interlocked.Increment(ref calls._active);
            var left = InferenceContext.Current?.Deadline - calls.Time.GetUtcNow();
            _late = left is { } time && time < _farAway
                ? new CancellationTokenSource(time > TimeSpan.Zero ? time : TimeSpan.Zero, calls.Time)
                : new CancellationTokenSource();
            _any = CancellationTokenSource.CreateLinkedTokenSource(caller, _late.Token);
        }

        public TimeProvider Time => _calls.Time;

        public ValueTask EnterAsync() => WaitAsync(async token =>
        {
            await _calls.Gate.PassAsync(token).ConfigureAwait(false);
            if (_calls.Failure is { } failure)
            {
                throw Fail(failure);
            }
        });

        /// <summary>Whether the caller has left or its deadline has passed: the next wait says so.</summary>
        public bool IsOver => _any.IsCancellationRequested;

        /// <summary>Waits until the caller leaves or its deadline passes, at the most.</summary>
        public async ValueTask WaitAsync(Func<CancellationToken, ValueTask> wait)
        {
            try
            {
                _any.Token.ThrowIfCancellationRequested();
                await wait(_any.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_caller.IsCancellationRequested)
            {
                throw new OperationCanceledException(_caller);
            }
            catch (OperationCanceledException) when (_late.IsCancellationRequested)
            {
                throw Fail(new InferenceException(InferenceErrorCode.DeadlineExceeded, "The deadline passed before the script was played."));
            }
        }

        public Exception Fail(Exception failure)
        {
            _isSettled = true;
            return failure;
        }

        public void Succeed() => _isSettled = true;

        public void Dispose()
        {
            if (!_isSettled)
            {
                Interlocked.Increment(ref _calls._cancelled);
            }

            Interlocked.Decrement(ref _calls._active);
            _any.Dispose();
            _late.Dispose();
        }
    }
}
