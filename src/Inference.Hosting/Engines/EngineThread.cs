// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting.Engines;

/// <summary>One dedicated thread: an engine instance is created, used and disposed on it, and on no other.</summary>
internal sealed class EngineThread
{
    private readonly object _lock = new();
    private readonly Queue<Action> _jobs = new();
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _isStopping;

    public EngineThread(string name)
    {
        var thread = new Thread(Run) { Name = name, IsBackground = true };
        thread.UnsafeStart();
    }

    /// <summary>Completes when the thread has run its last job after <see cref="Stop"/>.</summary>
    public Task Ended => _ended.Task;

    /// <summary>Runs a job on the thread, after those that were given before.</summary>
    /// <typeparam name="T">What it gives.</typeparam>
    /// <param name="job">The job; its exception goes to the returned task.</param>
    public Task<T> InvokeAsync<T>(Func<T> job)
    {
        var done = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isStopping, this);
            _jobs.Enqueue(() => RunJob(job, done));
            Monitor.Pulse(_lock);
        }

        return done.Task;
    }

    /// <summary>Runs a job on the thread, after those that were given before.</summary>
    /// <param name="job">The job; its exception goes to the returned task.</param>
    public Task InvokeAsync(Action job)
        => InvokeAsync(() =>
        {
            job();
            return true;
        });

    /// <summary>Takes no more jobs; the thread ends after those it has.</summary>
    public void Stop()
    {
        lock (_lock)
        {
            _isStopping = true;
            Monitor.Pulse(_lock);
        }
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a job throws belongs to the one who gave it.")]
    private static void RunJob<T>(Func<T> job, TaskCompletionSource<T> done)
    {
        try
        {
            done.SetResult(job());
        }
        catch (Exception exception)
        {
            done.SetException(exception);
        }
    }

    private void Run()
    {
        while (TryNext(out var job))
        {
            job();
        }

        _ended.SetResult();
    }

    private bool TryNext([NotNullWhen(true)] out Action? job)
    {
        lock (_lock)
        {
            while (!_jobs.TryDequeue(out job))
            {
                if (_isStopping)
                {
                    return false;
                }

                Monitor.Wait(_lock);
            }

            return true;
        }
    }
}
