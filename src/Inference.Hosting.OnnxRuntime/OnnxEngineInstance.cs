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

    private readonly OnnxEngine _engine;
    private readonly OnnxSession _session;
    private readonly OnnxGraph _graph;
    private readonly BoundInputs _inputs;
    private readonly BoundOutputs _outputs;
    private readonly BoundRunCache _cache = new(MostBindings);
    private readonly RunKey _key = new();
    private readonly UseGuard _guard = new(typeof(OnnxEngineInstance));

    // A failed run is reported by its exception; ONNX Runtime need not log it, too.
    private readonly RunOptions _options = new() { LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL };
    private readonly int?[] _batchAxes;
    private ModelMetadata? _metadata;
    private BoundRun? _run;

    public OnnxEngineInstance(OnnxEngine engine, OnnxSession session, OnnxGraph graph)
    {
        session.Acquire();
        (_engine, _session, _graph) = (engine, session, graph);
        (_inputs, _outputs) = (new(graph), new(graph));
        _batchAxes = new int?[graph.Outputs.Length];
        Device = session.Device.ToPublicString();
    }

    public string Device { get; }

    /// <summary>Bindings held, for tests.</summary>
    internal int BindingCount => _cache.Count;

    public void Prepare(InferenceBatch batch)
    {
        _guard.Enter();
        try
        {
            _run = null;
            _outputs.Forget();
            Follow(batch.Metadata);
            if (_inputs.Reserve(batch))
            {
                ForgetBindings();
            }

            _key.Set(batch);
            _run = _cache.Find(_key.Parts) ?? Bind(batch);
        }
        catch (Exception exception) when (exception is OutOfMemoryException or OnnxRuntimeException)
        {
            // A buffer may be gone, so no binding over it may stay.
            ForgetBindings();
            throw exception is OutOfMemoryException
                ? new EngineException(EngineFault.OutOfMemory, exception.Message, exception)
                : OrtErrors.ToEngineException(exception);
        }
        finally
        {
            Leave();
        }
    }

    public Span<byte> GetInput(int index)
    {
        _guard.ThrowIfDisposed();
        return _inputs.Get(index);
    }

    public void Execute(InferenceBatch batch)
    {
        _guard.Enter();
        try
        {
            var run = _run ?? throw new InvalidOperationException("Prepare must come before Execute.");
            using var entered = _session.Gate.Enter();
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
            Leave();
        }
    }

    public ReadOnlySpan<long> GetOutputShape(int index)
    {
        _guard.ThrowIfDisposed();
        return _outputs.GetShape(index);
    }

    public ReadOnlySpan<byte> GetOutput(int index)
    {
        _guard.ThrowIfDisposed();
        return _outputs.Get(index);
    }

    /// <summary>Frees the buffers; when a run is under way on another thread, that thread frees them at its end.</summary>
    public void Dispose()
    {
        if (_guard.Close())
        {
            Free();
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
            _session.Native.RunWithBinding(_options, run.Binding);
        }
        catch (OnnxRuntimeException exception) when (FindMisshapen(exception, run) is { } output)
        {
            _engine.MarkUnpredictable(output);
            _run = null;
            ForgetBindings();
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

            // Some string kernels append to what an output holds, so each run needs a fresh one. And what is copied from a device need only have
            // as many elements: an output of another shape than its symbols promise would not be noticed.
            outputShapes[i] = _engine.IsUnpredictable(i) || _graph.Outputs[i].IsBytes || !_session.UsesHostMemory
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

        using var entered = _session.Gate.Enter();
        if (moved)
        {
            ForgetBindings();
        }

        // 2. Values over the buffers, and the binding that holds them.
        var inputs = new OrtValue?[inputShapes.Length];
        var outputs = new OrtValue?[outputShapes.Length];
        var run = new BoundRun(
            _key.Parts.ToArray(), _session.Native.CreateIoBinding(), inputs, outputs, outputShapes, [.. unknown]);
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
            ForgetBindings();
        }
    }

    /// <summary>Bindings hold what was copied to the device.</summary>
    private void ForgetBindings()
    {
        using var entered = _session.Gate.Enter();
        _cache.Clear();
    }

    private void Leave()
    {
        if (_guard.Exit())
        {
            Free();
        }
    }

    private void Free()
    {
        _run = null;
        ForgetBindings();
        _outputs.Dispose();
        _inputs.Dispose();
        _options.Dispose();
        _session.Release();
    }
}
