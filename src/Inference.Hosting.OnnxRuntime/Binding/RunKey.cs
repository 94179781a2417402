// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>What decides a binding: rows, which inputs with which shapes, which outputs. Reused from run to run.</summary>
internal sealed class RunKey
{
    private const int Absent = -1;

    private long[] _parts = new long[16];
    private int _length;

    public ReadOnlySpan<long> Parts => _parts.AsSpan(0, _length);

    public void Set(InferenceBatch batch)
    {
        _length = 0;
        Push(batch.Rows);
        for (var i = 0; i < batch.Metadata.Inputs.Count; i++)
        {
            if (!batch.HasInput(i))
            {
                Push(Absent);
                continue;
            }

            var shape = batch.GetInputShape(i);
            Push(shape.Length);
            foreach (var dimension in shape)
            {
                Push(dimension);
            }
        }

        for (var i = 0; i < batch.Metadata.Outputs.Count; i++)
        {
            Push(batch.Wants(i) ? 1 : 0);
        }
    }

    private void Push(long part)
    {
        if (_length == _parts.Length)
        {
            Array.Resize(ref _parts, _parts.Length * 2);
        }

        _parts[_length++] = part;
    }
}
