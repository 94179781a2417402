// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Tests.Batching;

/// <summary>An engine instance whose run is a delegate; it keeps its buffers from run to run, as real ones do.</summary>
internal sealed class ScriptedInstance(ModelMetadata metadata, Action<ScriptedInstance, InferenceBatch> run) : IEngineInstance
{
    private readonly byte[][] _inputs = [.. metadata.Inputs.Select(_ => Array.Empty<byte>())];
    private readonly int[] _inputLengths = new int[metadata.Inputs.Count];
    private readonly long[][] _shapes = [.. metadata.Outputs.Select(_ => Array.Empty<long>())];
    private readonly byte[][] _outputs = [.. metadata.Outputs.Select(_ => Array.Empty<byte>())];
    private readonly int[] _outputLengths = new int[metadata.Outputs.Count];

    public string Device => "test";

    public int Runs { get; private set; }

    /// <summary>Output i is a copy of input i.</summary>
    public static ScriptedInstance Identity(ModelMetadata metadata) => new(metadata, static (instance, batch) =>
    {
        for (var i = 0; i < batch.Metadata.Outputs.Count; i++)
        {
            if (batch.Wants(i))
            {
                instance.GetInput(i).CopyTo(instance.SetOutput(i, batch.GetInputShape(i), instance.GetInput(i).Length));
            }
        }
    });

    public void Prepare(InferenceBatch batch)
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (batch.HasInput(i))
            {
                _inputLengths[i] = batch.GetInputByteCount(i);
                if (_inputs[i].Length < _inputLengths[i])
                {
                    _inputs[i] = new byte[_inputLengths[i]];
                }

                // Nothing of an earlier run may show through.
                _inputs[i].AsSpan().Fill(0xCC);
            }
        }
    }

    public Span<byte> GetInput(int index) => _inputs[index].AsSpan(0, _inputLengths[index]);

    public void Execute(InferenceBatch batch)
    {
        Runs++;
        run(this, batch);
    }

    public Span<byte> SetOutput(int index, ReadOnlySpan<long> shape, int byteLength)
    {
        if (!_shapes[index].AsSpan().SequenceEqual(shape))
        {
            _shapes[index] = shape.ToArray();
        }

        if (_outputs[index].Length < byteLength)
        {
            _outputs[index] = new byte[byteLength];
        }

        _outputLengths[index] = byteLength;
        return _outputs[index].AsSpan(0, byteLength);
    }

    public void SetOutput(int index, InferenceTensor tensor)
        => tensor.Bytes.CopyTo(SetOutput(index, tensor.Shape.Dimensions, tensor.ByteLength));

    public ReadOnlySpan<long> GetOutputShape(int index) => _shapes[index];

    public ReadOnlySpan<byte> GetOutput(int index) => _outputs[index].AsSpan(0, _outputLengths[index]);

    public void Dispose()
    {
    }
}
