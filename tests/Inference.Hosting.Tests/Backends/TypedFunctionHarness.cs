// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Backends;

/// <summary>A function of a real host at a gate: it notes its batches and answers twice each item when it is let go.</summary>
internal sealed class TypedFunctionHarness : IAsyncDisposable
{
    private readonly Lock _lock = new();
    private readonly List<int[]> _batches = [];
    private TaskCompletionSource _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _atGate;

    public TypedFunctionHarness() => _gate.SetResult();

    public ModelTestHost Host { get; private set; } = null!;

    /// <summary>Fails a batch, before it is answered.</summary>
    public Func<IReadOnlyList<int>, Exception?> Fails { get; set; } = _ => null;

    public IBatchFunction<int, int> Function => Host.Services.GetRequiredKeyedService<IBatchFunction<int, int>>("f");

    public int[][] Batches
    {
        get
        {
            lock (_lock)
            {
                return [.. _batches];
            }
        }
    }

    public ModelStatistics Statistics => Host.Catalog.GetStatistics("f", "1")!;

    public static async Task<TypedFunctionHarness> StartAsync(
        Action<FunctionSetup>? configure = null, Action<IServiceCollection>? services = null, params (string Key, string Value)[] settings)
    {
        var harness = new TypedFunctionHarness();
        var options = new FunctionSetup();
        configure?.Invoke(options);
        harness.Host = await ModelTestHost.ReadyAsync(
            collection =>
            {
                services?.Invoke(collection);
                var builder = collection.AddModel<IBatchFunction<int, int>>("f");
                builder.UseFunction<int, int>(
                    harness.DoubleAsync, isPure: options.IsPure, cost: options.Cost, groupBy: options.GroupBy, sample: options.Sample);
                builder.WithBatching(batching =>
                {
                    batching.RejoinWindow = TimeSpan.Zero;
                    options.Batching?.Invoke(batching);
                });
                options.Builder?.Invoke(builder);
            },
            settings);
        return harness;
    }

    public void CloseGate() => _gate = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public void OpenGate() => _gate.TrySetResult();

    /// <summary>One item runs and waits at the gate, so that all others queue.</summary>
    public async Task<Task<int>> OccupyAsync(int item = 0)
    {
        CloseGate();
        var running = Function.InvokeAsync(item).AsTask();
        await UntilAsync(() => Volatile.Read(ref _atGate) == 1);
        return running;
    }

    public static async Task UntilAsync(Func<bool> condition)
    {
        using var patience = new CancellationTokenSource(ModelTestHost.Patience);
        while (!condition())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public Task QueuedAsync(int items) => UntilAsync(() => Host.Catalog.Models[0].Versions[0].Load!.Value.QueuedRows == items);

    public async ValueTask DisposeAsync()
    {
        OpenGate();
        await Host.DisposeAsync();
    }

    private async Task<IReadOnlyList<int>> DoubleAsync(IReadOnlyList<int> items, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            _batches.Add([.. items]);
        }

        Interlocked.Increment(ref _atGate);
        await _gate.Task.WaitAsync(cancellationToken);
        Interlocked.Decrement(ref _atGate);
        return Fails(items) is { } error ? throw error : [.. items.Select(item => 2 * item)];
    }

    internal sealed class FunctionSetup
    {
        public bool IsPure { get; set; } = true;

        public Func<int, int>? Cost { get; set; }

        public Func<int, object?>? GroupBy { get; set; }

        public Func<int>? Sample { get; set; }

        public Action<BatchingOptions>? Batching { get; set; }

        public Action<IModelBuilder>? Builder { get; set; }
    }
}
