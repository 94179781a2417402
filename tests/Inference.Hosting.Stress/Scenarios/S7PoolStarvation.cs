// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Stress.Scenarios;

/// <summary>Every worker of the thread pool is blocked: the queue still refuses at once, and still answers whom time has run out for.</summary>
internal sealed class S7PoolStarvation : IScenario
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMilliseconds(100);

    public string Name => "S7 thread-pool starvation";

    public async Task<string> RunAsync(StressRun run)
    {
        var isArmed = false;
        var engine = new StressEngine(run)
        {
            OnStage = stage =>
            {
                if (stage == StressEngine.Stage.Execute && Volatile.Read(ref isArmed))
                {
                    Thread.Sleep(30);
                }
            },
        };
        await using var served = await Served.StartAsync(
            run, engine, instances: 1, maxBatch: 4, queue: options => options.MaxQueuedRows = 64);
        Volatile.Write(ref isArmed, true);
        var memory = new MemoryLevel();
        var rounds = 0;
        var slowest = TimeSpan.Zero;
        do
        {
            // Not disposed: work items that start late still look at it.
            var release = new ManualResetEventSlim();
            Block(release);
            var done = new TaskCompletionSource<(ValueTask<InferenceResponse>[] Tasks, TimeSpan Slowest)>(
                TaskCreationOptions.RunContinuationsAsynchronously);
            new Thread(() => done.SetResult(CallAll(run, served))) { IsBackground = true }.Start();
            var (tasks, wait) = await done.Task.ContinueWith(
                task =>
                {
                    release.Set();
                    return task.Result;
                },
                CancellationToken.None,
                TaskContinuationOptions.ExecuteSynchronously,
                new InlineScheduler());
            slowest = wait > slowest ? wait : slowest;
            foreach (var task in tasks)
            {
                await CountAsync(served.Tally, task);
            }

            rounds++;
        }
        while (!run.IsOver);

        await served.CheckAsync();
        run.Expect(served.Tally is { Full: > 0, Expired: > 0, Ok: > 0 }, $"Too little happened: {served.Tally}.");
        memory.Check(run);
        return $"{rounds} rounds, slowest answer {slowest.TotalMilliseconds:0} ms for a timeout of {_timeout.TotalMilliseconds:0} ms, {served.Tally}";
    }

    private static void Block(ManualResetEventSlim release)
    {
        ThreadPool.GetMinThreads(out var workers, out _);
        using var blocked = new CountdownEvent(workers);
        for (var i = 0; i < workers + 64; i++)
        {
            var isCounted = i < workers;
            ThreadPool.UnsafeQueueUserWorkItem(
                _ =>
                {
                    if (isCounted)
                    {
                        blocked.Signal();
                    }

                    release.Wait();
                },
                null);
        }

        blocked.Wait();
    }

    // On a thread of its own: the pool has none to give.
    private static (ValueTask<InferenceResponse>[] Tasks, TimeSpan Slowest) CallAll(StressRun run, Served served)
    {
        var tasks = new ValueTask<InferenceResponse>[200];
        var start = Stopwatch.GetTimestamp();
        for (var i = 0; i < tasks.Length; i++)
        {
            var request = new InferenceRequest { Overflow = InferenceOverflow.Reject, QueueTimeout = _timeout };
            request.Inputs["x"] = InferenceTensor.Create(new float[] { i + 1, i + 2, i + 3, i + 4 }, 1, 4);
            Interlocked.Increment(ref served.Tally.Sent);
#pragma warning disable CA2012 // Kept to be looked at; each is awaited once.
            tasks[i] = served.Model.InferAsync(request);
#pragma warning restore CA2012
        }

        run.Expect(tasks.Any(task => task.IsFaulted), "Nobody was refused at once.");
        while (tasks.Any(task => !task.IsCompleted) && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(10))
        {
            Thread.Sleep(1);
        }

        var slowest = Stopwatch.GetElapsedTime(start);
        run.Expect(slowest < TimeSpan.FromSeconds(2), $"The last answer took {slowest.TotalSeconds:0.0} s.");
        return (tasks, slowest);
    }

    private static async Task CountAsync(Tally tally, ValueTask<InferenceResponse> task)
    {
        try
        {
            (await task).Dispose();
            tally.Ok++;
            tally.OkRows++;
        }
        catch (InferenceException exception)
        {
            tally.Count(exception);
        }
    }

    /// <summary>Runs continuations where they are found, as the pool has no thread for them.</summary>
    private sealed class InlineScheduler : TaskScheduler
    {
        protected override IEnumerable<Task> GetScheduledTasks() => [];

        protected override void QueueTask(Task task) => TryExecuteTask(task);

        protected override bool TryExecuteTaskInline(Task task, bool taskWasPreviouslyQueued) => TryExecuteTask(task);
    }
}
