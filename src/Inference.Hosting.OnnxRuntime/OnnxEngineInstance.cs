// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Binding;
using Inference.Hosting.OnnxRuntime.Graphs;
using Inference.Hosting.OnnxRuntime.Sessions;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime;

/// <summary>
/// One executor on a shared session: buffers at fixed addresses, and a binding kept for each set of shapes, so that a run of shapes seen
/// before allocates nothing and copies nothing more.
/// </summary>
internal sealed class OnnxEngineInstance : IEngineInstance
{
    // A binding of four values holds 3 KiB, so many shapes are cheap to keep.
    private const int MostBindings = 256;
    private const int Idle = 0;
    private const int Busy = 1;
    private const int Disposed = 2;
    private const int DisposedWhileBusy = 3;

    private readonly OnnxEngine _engine;
    private readonly OnnxSession _session;
    private readonly OnnxGraph _graph;
    private readonly BoundInputs _inputs;
    private readonly BoundOutputs _outputs;
    private readonly BoundRunCache _cache = new(MostBindings);

    // A failed run is reported by its exception; ONNX Runtime need not log it, too.
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly int?[] _batchAxes;
    private ModelMetadata? _metadata;
    private long[] _key;
    private int _keyLength;
    private BoundRun? _run;
    private int _state;

    public OnnxEngineInstance(OnnxEngine engine, OnnxSession session, OnnxGraph graph)
    {
        session.Acquire();
        (_engine, _session, _graph) = (engine, session, graph);
        (_inputs, _outputs) = (new(graph), new(graph));
        _batchAxes = new int?[graph.Outputs.Length];
        _key = new long[16];
    }

    public string Device => _session.Device.ToPublicString();

    /// <summary>Bindings held, for tests.</summary>
    internal int BindingCount => _cache.Count;

    public void Prepare(InferenceBatch batch)
    {
        Enter();
        try
        {
            _run = null;
            _outputs.Forget();
            Follow(batch.Metadata);
            if (_inputs.Reserve(batch))
            {
                _cache.Clear();
            }

            MakeKey(batch);
            _run = _cache.Find(_key.AsSpan(0, _keyLength)) ?? Bind(batch);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OnnxRuntimeException)
        {
            // A buffer may be gone, so no binding over it may stay.
            _cache.Clear();
            throw exception is OutOfMemoryException
                ? new EngineException(EngineFault.OutOfMemory, exception.Message, exception)
                : OrtErrors.ToEngineException(exception);
        }
        finally
        {
            Exit();
        }
    }

    public Span<byte> GetInput(int index)
    {
        ThrowIfDisposed();
        return _inputs.Get(index);
    }

    public void Execute(InferenceBatch batch)
    {
        Enter();
        try
        {
            var run = _run ?? throw new InvalidOperationException("Prepare must come before Execute.");
            while (!TryRun(run, batch))
            {
                run = _run = Bind(batch);
            }

            _outputs.Collect(run);
        }
        catch (OnnxRuntimeException exception)
        {
            throw OrtErrors.ToEngineException(exception);
        }
        finally
        {
            Exit();
        }
    }

    public ReadOnlySpan<long> GetOutputShape(int index)
    {
        ThrowIfDisposed();
        return _outputs.GetShape(index);
    }

    public ReadOnlySpan<byte> GetOutput(int index)
    {
        ThrowIfDisposed();
        return _outputs.Get(index);
    }

    /// <summary>Frees the buffers; when a run is under way on another thread, that thread frees them at its end.</summary>
    public void Dispose()
    {
        if (Interlocked.CompareExchange(ref _state, Disposed, Idle) == Idle)
        {
            Free();
        }
        else
        {
            Interlocked.CompareExchange(ref _state, DisposedWhileBusy, Busy);
        }
    }

    /// <returns>False when an output has another shape than was bound, so that its memory must be left to ONNX Runtime.</returns>
    private bool TryRun(BoundRun run, InferenceBatch batch)
    {
        _inputs.FillStrings(run, batch);
        if (!_session.UsesHostMemory)
        {
            // Binding is what copies to the device: a binding that is kept would compute on old data.
            for (var i = 0; i < run.Inputs.Length; i++)
            {
                if (run.Inputs[i] is { } value)
                {
                    run.Binding.BindInput(_graph.Inputs[i].Name, value);
                }
            }

            run.Binding.SynchronizeBoundInputs();
        }

        foreach (var index in run.Unknown)
        {
            // A binding keeps the tensor of the run before and would write over it, or fail on another shape.
            run.Binding.BindOutputToDevice(_graph.Outputs[index].Name, OrtMemoryInfo.DefaultInstance);
        }

        try
        {
            _session.Run(_options, run.Binding);
        }
        catch (OnnxRuntimeException exception) when (FindMisshapen(exception, run) is { } output)
        {
            _engine.MarkUnpredictable(output);
            _run = null;
            _cache.Clear();
            return false;
        }

        if (!_session.UsesHostMemory)
        {
            run.Binding.SynchronizeBoundOutputs();
        }

        return true;
    }

    private int? FindMisshapen(OnnxRuntimeException exception, BoundRun run)
    {
        var name = OrtErrors.FindMisshapenOutput(exception.Message);
        var index = name is null ? -1 : Array.FindIndex(_graph.Outputs, output => output.Name == name);
        return index >= 0 && run.Outputs[index] is not null ? index : null;
    }

    private BoundRun Bind(InferenceBatch batch)
    {
        // 1. Shapes: of inputs from the batch, of outputs as far as they follow.
        var inputShapes = new long[]?[_graph.Inputs.Length];
        for (var i = 0; i < inputShapes.Length; i++)
        {
            inputShapes[i] = batch.HasInput(i) ? batch.GetInputShape(i).ToArray() : null;
        }

        var outputShapes = new long[]?[_graph.Outputs.Length];
        var unknown = new List<int>();
        var moved = false;
        for (var i = 0; i < outputShapes.Length; i++)
        {
            if (!batch.Wants(i))
            {
                continue;
            }

            // Some string kernels append to what an output holds, so each run needs a fresh one.
            outputShapes[i] = _engine.IsUnpredictable(i) || _graph.Outputs[i].IsBytes
                ? null
                : OutputShapes.Predict(_graph, i, _batchAxes[i], batch.Rows, inputShapes);
            if (outputShapes[i] is { } shape)
            {
                moved |= _outputs.Reserve(i, shape);
            }
            else
            {
                unknown.Add(i);
            }
        }

        if (moved)
        {
            _cache.Clear();
        }

        // 2. Values over the buffers, and the binding that holds them.
        var inputs = new OrtValue?[inputShapes.Length];
        var outputs = new OrtValue?[outputShapes.Length];
        var run = new BoundRun(
            _key[.._keyLength], _session.Native.CreateIoBinding(), inputs, outputs, outputShapes, [.. unknown]);
        try
        {
            BindValues(run, inputShapes);
        }
        catch
        {
            run.Dispose();
            throw;
        }

        _cache.Add(run);
        return run;
    }

    private void BindValues(BoundRun run, long[]?[] inputShapes)
    {
        for (var i = 0; i < inputShapes.Length; i++)
        {
            if (inputShapes[i] is { } shape)
            {
                run.Inputs[i] = _inputs.CreateValue(i, shape);
                if (_session.UsesHostMemory)
                {
                    run.Binding.BindInput(_graph.Inputs[i].Name, run.Inputs[i]);
                }
            }
        }

        for (var i = 0; i < run.OutputShapes.Length; i++)
        {
            if (run.OutputShapes[i] is { } shape)
            {
                run.Outputs[i] = _outputs.CreateValue(i, shape);
                run.Binding.BindOutput(_graph.Outputs[i].Name, run.Outputs[i]);
            }
        }
    }

    /// <summary>What is proved of batch axes decides which output shapes are known ahead.</summary>
    private void Follow(ModelMetadata metadata)
    {
        if (ReferenceEquals(metadata, _metadata))
        {
            return;
        }

        _metadata = metadata;
        var changed = false;
        for (var i = 0; i < _batchAxes.Length; i++)
        {
            changed |= _batchAxes[i] != metadata.Outputs[i].BatchAxis;
            _batchAxes[i] = metadata.Outputs[i].BatchAxis;
        }

        if (changed)
        {
            _cache.Clear();
        }
    }

    private void MakeKey(InferenceBatch batch)
    {
        _keyLength = 0;
        Push(batch.Rows);
        for (var i = 0; i < _graph.Inputs.Length; i++)
        {
            if (!batch.HasInput(i))
            {
                Push(-1);
                continue;
            }

            var shape = batch.GetInputShape(i);
            Push(shape.Length);
            foreach (var dimension in shape)
            {
                Push(dimension);
            }
        }

        for (var i = 0; i < _graph.Outputs.Length; i++)
        {
            Push(batch.Wants(i) ? 1 : 0);
        }
    }

    private void Push(long part)
    {
        if (_keyLength == _key.Length)
        {
            Array.Resize(ref _key, _key.Length * 2);
        }

        _key[_keyLength++] = part;
    }

    // A native call on freed memory ends the process, so misuse must be an exception of ours.
    private void Enter()
    {
        var state = Interlocked.CompareExchange(ref _state, Busy, Idle);
        ObjectDisposedException.ThrowIf(state >= Disposed, this);
        if (state == Busy)
        {
            throw new InvalidOperationException("An engine instance must not be used by two threads at the same time.");
        }
    }

    private void Exit()
    {
        if (Interlocked.CompareExchange(ref _state, Idle, Busy) == DisposedWhileBusy)
        {
            _state = Disposed;
            Free();
        }
    }

    private void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _state) >= Disposed, this);

    private void Free()
    {
        _run = null;
        _cache.Dispose();
        _outputs.Dispose();
        _inputs.Dispose();
        _options.Dispose();
        _session.Release();
    }
}
