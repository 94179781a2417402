// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Testing;

/// <summary>A gate that holds up whoever comes, until a test opens it. Open at first. Thread-safe.</summary>
public sealed class FakeGate
{
    private readonly Lock _lock = new();
    private readonly List<(int Count, TaskCompletionSource Reached)> _watchers = [];
    private TaskCompletionSource _open = NewSource(completed: true);
    private int _arrivals;

    /// <summary>How many have come so far, whether they had to wait or not.</summary>
    public int Arrivals => Volatile.Read(ref _arrivals);

    /// <summary>Holds up whoever comes from now on.</summary>
    public void Close()
    {
        lock (_lock)
        {
            if (_open.Task.IsCompleted)
            {
                _open = NewSource(completed: false);
            }
        }
    }

    /// <summary>Lets all through who wait, and who come from now on.</summary>
    public void Open()
    {
        lock (_lock)
        {
            _open.TrySetResult();
        }
    }

    /// <summary>Completes once so many have come, counted from the beginning.</summary>
    /// <param name="count">From 1.</param>
    public Task ArrivedAsync(int count)
    {
        lock (_lock)
        {
            var reached = NewSource(completed: _arrivals >= count);
            _watchers.Add((count, reached));
            return reached.Task;
        }
    }

    /// <summary>Comes to the gate and passes it when it is open.</summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    public Task PassAsync(CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _arrivals++;
            foreach (var (count, reached) in _watchers)
            {
                if (_arrivals >= count)
                {
                    reached.TrySetResult();
                }
            }

            return _open.Task.WaitAsync(cancellationToken);
        }
    }

    private static TaskCompletionSource NewSource(bool completed)
    {
        var source = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        if (completed)
        {
            source.SetResult();
        }

        return source;
    }
}
