// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Graphs;
using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>The output buffers of one instance, and the results of its last run.</summary>
internal sealed class BoundOutputs(OnnxGraph graph) : IDisposable
{
    private readonly NativeBuffer[] _buffers = [.. graph.Outputs.Select(_ => new NativeBuffer())];
    private readonly byte[][] _encoded = [.. graph.Outputs.Select(_ => Array.Empty<byte>())];
    private readonly long[]?[] _shapes = new long[]?[graph.Outputs.Length];
    private readonly int[] _lengths = new int[graph.Outputs.Length];
    private readonly OrtValue?[] _results = new OrtValue?[graph.Outputs.Length];
    private IDisposable? _resultList;

    /// <summary>Makes room for an output whose shape is known ahead.</summary>
    /// <returns>Whether the buffer moved, so that bindings over it must go.</returns>
    /// <exception cref="EngineException">The output is larger than one buffer can be.</exception>
    public bool Reserve(int index, long[] shape)
        => _buffers[index].Reserve(ByteCount(index, shape));

    /// <summary>A value over the output's buffer. Not for strings, whose memory is ONNX Runtime's.</summary>
    public OrtValue CreateValue(int index, long[] shape) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        graph.Outputs[index].ElementType,
        shape,
        _buffers[index].Address,
        _buffers[index].Capacity);

    /// <summary>Lets go of what ONNX Runtime gave in the last run.</summary>
    public void Forget()
    {
        Array.Clear(_shapes);
        if (_resultList is not null)
        {
            Array.Clear(_results);
            _resultList.Dispose();
            _resultList = null;
        }
    }

    /// <summary>Takes the results of a run.</summary>
    public void Collect(BoundRun run)
    {
        for (var i = 0; i < run.Outputs.Length; i++)
        {
            if (run.OutputShapes[i] is { } shape)
            {
                (_shapes[i], _lengths[i]) = (shape, ByteCount(i, shape));
            }
        }

        if (run.Unknown.Length > 0)
        {
            CollectUnknown(run);
        }
    }

    public ReadOnlySpan<long> GetShape(int index) => _shapes[index] ?? throw NotWanted(index);

    public ReadOnlySpan<byte> Get(int index)
    {
        if (_shapes[index] is null)
        {
            throw NotWanted(index);
        }

        return _lengths[index] == 0 ? []
            : graph.Outputs[index].IsBytes ? _encoded[index].AsSpan(0, _lengths[index])
            : _results[index] is { } result ? result.GetTensorMutableRawData()
            : _buffers[index].AsSpan(_lengths[index]);
    }

    public void Dispose()
    {
        Forget();
        Array.ForEach(_buffers, buffer => buffer.Dispose());
    }

    private void CollectUnknown(BoundRun run)
    {
        if (run.ResultPositions is null)
        {
            var names = run.Binding.GetOutputNames();
            run.ResultPositions = Array.ConvertAll(run.Unknown, index => Array.IndexOf(names, graph.Outputs[index].Name));
        }

        var values = run.Binding.GetOutputValues();
        _resultList = values;
        for (var i = 0; i < run.Unknown.Length; i++)
        {
            var (index, value) = (run.Unknown[i], values.ElementAt(run.ResultPositions[i]));
            var shape = value.GetTensorTypeAndShape().Shape;
            _shapes[index] = shape;
            if (graph.Outputs[index].IsBytes)
            {
                TensorShape.TryGetElementCount(shape, out var count);
                _lengths[index] = StringTensors.Encode(value, count, ref _encoded[index]);
            }
            else
            {
                _lengths[index] = ByteCount(index, shape);
                _results[index] = value;
            }
        }
    }

    private int ByteCount(int index, long[] shape)
    {
        var size = graph.Outputs[index].ElementSize;
        return TensorShape.TryGetElementCount(shape, out var count) && count <= int.MaxValue / size
            ? (int)count * size
            : throw new EngineException(
                EngineFault.OutOfMemory,
                $"Output '{graph.Outputs[index].Name}' of shape [{string.Join(',', shape)}] is larger than 2 GiB.")
            {
                PublicMessage = "The output would be larger than 2 GiB.",
            };
    }

    private InvalidOperationException NotWanted(int index)
        => new($"Output '{graph.Outputs[index].Name}' was not wanted in the last run, or none succeeded.");
}
