// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Backends;

/// <summary>The input and output memory of one function instance, reused from run to run.</summary>
internal sealed class FunctionBuffers(ModelMetadata metadata)
{
    private readonly Buffer[] _inputs = [.. metadata.Inputs.Select(_ => new Buffer())];
    private readonly Buffer[] _outputs = [.. metadata.Outputs.Select(_ => new Buffer())];

    /// <summary>Makes room for the inputs of a run; no output is given yet.</summary>
    public void Prepare(InferenceBatch batch)
    {
        for (var i = 0; i < _inputs.Length; i++)
        {
            if (batch.HasInput(i))
            {
                _inputs[i].Begin([], batch.GetInputByteCount(i));
            }
        }

        foreach (var output in _outputs)
        {
            output.IsGiven = false;
        }
    }

    public Span<byte> Input(int index) => _inputs[index].Data;

    public InferenceTensor InputTensor(int index, TensorDataType type, TensorShape shape)
        => InferenceTensor.OverArray(type, _inputs[index].Bytes, 0, _inputs[index].Length, shape);

    public Span<byte> BeginOutput(int index, scoped ReadOnlySpan<long> shape, int byteLength) => _outputs[index].Begin(shape, byteLength);

    public bool HasOutput(int index) => _outputs[index].IsGiven;

    public ReadOnlySpan<long> OutputShape(int index) => _outputs[index].Shape;

    public ReadOnlySpan<byte> Output(int index) => _outputs[index].Data;

    private sealed class Buffer
    {
        public byte[] Bytes = [];
        public int Length;
        public long[] Shape = [];
        public bool IsGiven;

        public Span<byte> Data => Bytes.AsSpan(0, Length);

        public Span<byte> Begin(scoped ReadOnlySpan<long> shape, int length)
        {
            if (Bytes.Length < length)
            {
                // Grown with room to spare, so that slowly growing runs do not allocate each time.
                Bytes = GC.AllocateUninitializedArray<byte>(Math.Max(length, (int)Math.Min(Bytes.Length * 2L, Array.MaxLength)));
            }

            if (Shape.Length != shape.Length)
            {
                Shape = new long[shape.Length];
            }

            shape.CopyTo(Shape);
            (Length, IsGiven) = (length, true);
            return Data;
        }
    }
}
