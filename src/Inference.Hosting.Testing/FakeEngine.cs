// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Testing;

/// <summary>
/// An engine that computes <c>y = 2·x</c> on one FP32 input <c>x</c> of shape [rows, width], and behaves as told: it may wait at a gate, take
/// time, fail on chosen rows, lack memory, or break. It counts what happens to it. Thread-safe.
/// </summary>
/// <remarks>
/// Pass it to <c>UseEngine</c> or <c>BatchedBackend</c> to test queueing, batching and error handling of an app without a model.
/// For another model derive from <see cref="IInferenceEngine"/>, or use <c>UseFunction</c>.
/// </remarks>
public sealed class FakeEngine : IInferenceEngine
{
    private readonly Lock _lock = new();
    private readonly List<int> _runs = [];
    private ManualResetEventSlim? _gate;
    private int _created;
    private int _disposed;
    private int _waiting;

    /// <summary>An engine with one input <c>x</c> and one output <c>y</c>.</summary>
    /// <param name="width">Elements of a row; -1 for any.</param>
    public FakeEngine(int width = 1)
        => Metadata = new ModelMetadata(
            "fake",
            "1",
            [new TensorSpec("x", TensorDataType.FP32, [-1, width]) { BatchAxis = 0 }],
            [new TensorSpec("y", TensorDataType.FP32, [-1, width]) { BatchAxis = 0 }])
        {
            SupportsBatching = true,
            Devices = ["fake:0"],
        };

    /// <inheritdoc/>
    public ModelMetadata Metadata { get; init; }

    /// <inheritdoc/>
    public EngineTraits Traits { get; init; } = EngineTraits.Default;

    /// <inheritdoc/>
    public long? MemoryBytes { get; init; }

    /// <summary>Called for each run, on the instance's thread, after the gate; what it throws is the run's failure.</summary>
    /// <value>Null by default. The argument holds what the run was given.</value>
    public Action<FakeRun>? OnRun { get; set; }

    /// <summary>Called on the instance's thread before the inputs of a run are copied; what it throws is the run's failure.</summary>
    /// <value>Null by default.</value>
    public Action<FakeRun>? OnPrepare { get; set; }

    /// <summary>A row whose first element equals this fails its run, as bad data would.</summary>
    /// <value>Null by default.</value>
    public float? Poison { get; set; }

    /// <summary>Runs of more rows than this lack memory.</summary>
    /// <value>No bound by default.</value>
    public int MemoryRows { get; set; } = int.MaxValue;

    /// <summary>Rows of each run, failed ones included, in the order they began.</summary>
    public IReadOnlyList<int> Runs
    {
        get
        {
            lock (_lock)
            {
                return [.. _runs];
            }
        }
    }

    /// <summary>Instances that were made.</summary>
    public int CreatedInstances => Volatile.Read(ref _created);

    /// <summary>Instances that were disposed.</summary>
    public int DisposedInstances => Volatile.Read(ref _disposed);

    /// <summary>Runs that wait at the gate.</summary>
    public int RunsAtGate => Volatile.Read(ref _waiting);

    /// <summary>Whether the engine itself was disposed.</summary>
    public bool IsDisposed { get; private set; }

    /// <summary>From now on runs wait before they compute.</summary>
    public void CloseGate() => Volatile.Write(ref _gate, new ManualResetEventSlim());

    /// <summary>Lets the waiting runs go on, and later ones pass.</summary>
    public void OpenGate() => Interlocked.Exchange(ref _gate, null)?.Set();

    /// <summary>Lets the runs that wait now go on; the next one waits.</summary>
    public void Step() => Interlocked.Exchange(ref _gate, new ManualResetEventSlim())?.Set();

    /// <summary>Forgets the runs so far, for example those of warm-up.</summary>
    public void Clear()
    {
        lock (_lock)
        {
            _runs.Clear();
        }
    }

    /// <inheritdoc/>
    public IEngineInstance CreateInstance(int index)
    {
        Interlocked.Increment(ref _created);
        return new Instance(this, index);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        OpenGate();
        return ValueTask.CompletedTask;
    }

    private void Run(int instance, InferenceBatch batch, ReadOnlySpan<float> input)
    {
        lock (_lock)
        {
            _runs.Add(batch.Rows);
        }

        if (Volatile.Read(ref _gate) is { } gate)
        {
            Interlocked.Increment(ref _waiting);
            gate.Wait();
            Interlocked.Decrement(ref _waiting);
        }

        if (batch.Rows > MemoryRows)
        {
            throw new EngineException(EngineFault.OutOfMemory, $"No memory for {batch.Rows} rows.");
        }

        OnRun?.Invoke(new FakeRun(instance, batch.Rows, batch.Length));
        var width = batch.Rows == 0 ? 0 : input.Length / batch.Rows;
        for (var row = 0; Poison is { } poison && row < batch.Rows; row++)
        {
            if (width > 0 && input[row * width] == poison)
            {
                throw new EngineException(EngineFault.Run, $"Row {row} is poison.");
            }
        }
    }

    private sealed class Instance(FakeEngine engine, int index) : IEngineInstance
    {
        private readonly long[] _shape = new long[8];
        private byte[] _input = [];
        private byte[] _output = [];
        private int _rank;
        private int _bytes;

        public string Device => engine.Metadata.Devices.Count > 0 ? engine.Metadata.Devices[0] : "fake:0";

        public void Prepare(InferenceBatch batch)
        {
            engine.OnPrepare?.Invoke(new FakeRun(index, batch.Rows, batch.Length));
            var shape = batch.GetInputShape(0);
            shape.CopyTo(_shape);
            (_rank, _bytes) = (shape.Length, batch.GetInputByteCount(0));
            if (_input.Length < _bytes)
            {
                (_input, _output) = (new byte[_bytes], new byte[_bytes]);
            }
        }

        public Span<byte> GetInput(int position) => _input.AsSpan(0, _bytes);

        public void Execute(InferenceBatch batch)
        {
            var input = MemoryMarshal.Cast<byte, float>(_input.AsSpan(0, _bytes));
            engine.Run(index, batch, input);
            var output = MemoryMarshal.Cast<byte, float>(_output.AsSpan(0, _bytes));
            for (var i = 0; i < input.Length; i++)
            {
                output[i] = 2 * input[i];
            }
        }

        public ReadOnlySpan<long> GetOutputShape(int position) => _shape.AsSpan(0, _rank);

        public ReadOnlySpan<byte> GetOutput(int position) => _output.AsSpan(0, _bytes);

        public void Dispose() => Interlocked.Increment(ref engine._disposed);
    }
}
