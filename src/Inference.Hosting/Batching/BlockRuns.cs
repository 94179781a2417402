// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Walks the contiguous runs of a block of rows × steps that lies in two tensors which differ only in rows and length.</summary>
/// <remarks>Runs come in ascending order of both tensors, as long as possible: rows of a tensor with batch axis 0 are one run.</remarks>
internal ref struct BlockRuns
{
    private readonly (int Outer, int First, int Middle) _counts;
    private readonly (int Outer, int First, int Middle) _source;
    private readonly (int Outer, int First, int Middle) _target;
    private readonly int _sourceStart;
    private readonly int _targetStart;
    private int _outer;
    private int _first;
    private int _middle;

    /// <param name="source">The tensor to read.</param>
    /// <param name="sourceRow">First row of the block in it.</param>
    /// <param name="target">The tensor to write; for a walk over one tensor the same as the source.</param>
    /// <param name="targetRow">First row of the block in it.</param>
    /// <param name="rows">Rows of the block.</param>
    /// <param name="firstStep">First step along the ragged axis, in both.</param>
    /// <param name="steps">Steps along the ragged axis; 1 when there is none.</param>
    public BlockRuns(
        in AxisView source, int sourceRow, in AxisView target, int targetRow, int rows, int firstStep, int steps)
    {
        var batchFirst = source.BatchFirst;
        var (firstCount, secondCount) = batchFirst ? (rows, steps) : (steps, rows);
        var (sourceFirst, sourceSecond) = batchFirst ? (sourceRow, firstStep) : (firstStep, sourceRow);
        var (targetFirst, targetSecond) = batchFirst ? (targetRow, firstStep) : (firstStep, targetRow);
        _source = Strides(source);
        _target = Strides(target);
        _sourceStart = (sourceFirst * _source.First) + (sourceSecond * source.Inner);
        _targetStart = (targetFirst * _target.First) + (targetSecond * target.Inner);
        _counts = (source.Outer, firstCount, source.Middle);
        Length = secondCount * source.Inner;
        if (secondCount == source.Second && secondCount == target.Second)
        {
            Length *= _counts.Middle * firstCount;
            _counts = (_counts.Outer, 1, 1);
            if (firstCount == source.First && firstCount == target.First)
            {
                Length *= _counts.Outer;
                _counts.Outer = 1;
            }
        }

        _outer = Length > 0 && _counts.First > 0 && _counts.Middle > 0 ? 0 : _counts.Outer;
        _middle = -1;
    }

    /// <summary>Units in each run.</summary>
    public int Length { get; }

    /// <summary>Where the run begins in the source.</summary>
    public readonly int Source => _sourceStart + Offset(_source);

    /// <summary>Where the run begins in the target.</summary>
    public readonly int Target => _targetStart + Offset(_target);

    public bool MoveNext()
    {
        if (++_middle == _counts.Middle)
        {
            _middle = 0;
            if (++_first == _counts.First)
            {
                _first = 0;
                _outer++;
            }
        }

        return _outer < _counts.Outer;
    }

    private static (int Outer, int First, int Middle) Strides(in AxisView view)
    {
        var middle = view.Second * view.Inner;
        var first = view.Middle * middle;
        return (view.First * first, first, middle);
    }

    private readonly int Offset((int Outer, int First, int Middle) strides)
        => (_outer * strides.Outer) + (_first * strides.First) + (_middle * strides.Middle);
}
