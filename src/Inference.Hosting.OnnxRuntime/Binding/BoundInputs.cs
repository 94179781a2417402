// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Graphs;
using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>The input buffers of one instance: native memory that ONNX Runtime reads where it is, and encoded strings.</summary>
internal sealed class BoundInputs(OnnxGraph graph) : IDisposable
{
    private readonly NativeBuffer[] _buffers = [.. graph.Inputs.Select(_ => new NativeBuffer())];
    private readonly int[] _byteCounts = new int[graph.Inputs.Length];

    // Strings are copied into string tensors before a run, so they need no fixed address.
    private readonly byte[][] _encoded = [.. graph.Inputs.Select(_ => Array.Empty<byte>())];

    /// <summary>Makes room for the batch.</summary>
    /// <returns>Whether a buffer moved, so that bindings over it must go.</returns>
    /// <exception cref="EngineException">Bytes and shape of an input disagree.</exception>
    public bool Reserve(InferenceBatch batch)
    {
        var moved = false;
        for (var i = 0; i < _buffers.Length; i++)
        {
            _byteCounts[i] = batch.HasInput(i) ? batch.GetInputByteCount(i) : 0;
            if (!batch.HasInput(i))
            {
                continue;
            }

            if (graph.Inputs[i].IsBytes)
            {
                ReserveEncoded(i);
                continue;
            }

            // A shape that claims more than there is would make native code read beyond the buffer.
            if (!TensorShape.TryGetElementCount(batch.GetInputShape(i), out var count)
                || count * graph.Inputs[i].ElementSize != _byteCounts[i])
            {
                throw new EngineException(
                    EngineFault.Run,
                    $"Input '{graph.Inputs[i].Name}' of shape [{string.Join(',', batch.GetInputShape(i).ToArray())}] does not fit {_byteCounts[i]} bytes.");
            }

            moved |= _buffers[i].Reserve(_byteCounts[i]);
        }

        return moved;
    }

    public Span<byte> Get(int index)
        => graph.Inputs[index].IsBytes
            ? _encoded[index].AsSpan(0, _byteCounts[index])
            : _buffers[index].AsSpan(_byteCounts[index]);

    /// <summary>A value over the input's buffer, or a string tensor.</summary>
    public OrtValue CreateValue(int index, long[] shape) => graph.Inputs[index].IsBytes
        ? OrtValue.CreateTensorWithEmptyStrings(OrtAllocator.DefaultInstance, shape)
        : OrtValue.CreateTensorValueWithData(
            OrtMemoryInfo.DefaultInstance,
            graph.Inputs[index].ElementType,
            shape,
            _buffers[index].Address,
            _buffers[index].Capacity);

    /// <summary>Copies encoded strings into the string tensors of a run.</summary>
    public void FillStrings(BoundRun run, InferenceBatch batch)
    {
        for (var i = 0; i < _encoded.Length; i++)
        {
            if (graph.Inputs[i].IsBytes && run.Inputs[i] is { } value
                && TensorShape.TryGetElementCount(batch.GetInputShape(i), out var count))
            {
                StringTensors.Fill(value, Get(i), count);
            }
        }
    }

    public void Dispose() => Array.ForEach(_buffers, buffer => buffer.Dispose());

    private void ReserveEncoded(int index)
    {
        if (_encoded[index].Length < _byteCounts[index])
        {
            _encoded[index] = new byte[Math.Max(_byteCounts[index], Math.Min(_encoded[index].Length * 2L, Array.MaxLength))];
        }
    }
}
