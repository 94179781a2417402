// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Backends;

/// <summary>The rows of one run of a C# function: inputs to read, outputs to fill. Valid, and used by one thread at a time, until the function returns.</summary>
/// <remarks>Every output that <see cref="Wants"/> names must be given; others may be.</remarks>
public sealed class FunctionBatch
{
    private readonly FunctionBuffers _buffers;
    private readonly ShapeCache _shapes = new();
    private InferenceBatch? _batch;

    internal FunctionBatch(ModelMetadata metadata, IServiceProvider services, FunctionBuffers buffers)
    {
        Metadata = metadata;
        Services = services;
        _buffers = buffers;
    }

    /// <summary>The function's inputs and outputs.</summary>
    public ModelMetadata Metadata { get; }

    /// <summary>The host's services. Scoped ones need a scope of the function's own.</summary>
    public IServiceProvider Services { get; }

    /// <summary>Rows of the run; rows that pad it are copies of real ones and are computed like them.</summary>
    public int Rows => Current.Rows;

    /// <summary>Padded length along the ragged axis; 0 when there is none.</summary>
    public int Length => Current.Length;

    private InferenceBatch Current
        => _batch ?? throw new InvalidOperationException("The function has returned: its batch cannot be used any more.");

    /// <summary>Whether an optional input is there; rows with and without it never share a run.</summary>
    /// <param name="name">As registered.</param>
    public bool HasInput(string name) => Current.HasInput(IndexOf(Metadata.Inputs, name, "input"));

    /// <summary>Whether somebody asked for an output.</summary>
    /// <param name="name">As registered.</param>
    public bool Wants(string name) => Current.Wants(IndexOf(Metadata.Outputs, name, "output"));

    /// <summary>An input of all rows, as a tensor.</summary>
    /// <param name="name">As registered.</param>
    /// <exception cref="ArgumentException">No such input, or an optional one that is not there.</exception>
    public InferenceTensor Input(string name)
    {
        var index = IndexOf(Metadata.Inputs, name, "input");
        return Current.HasInput(index)
            ? _buffers.InputTensor(index, Metadata.Inputs[index].DataType, _shapes.Get(Current.GetInputShape(index)))
            : throw new ArgumentException($"The callers left out input '{name}': ask HasInput first.", nameof(name));
    }

    /// <summary>An input of all rows, without a copy.</summary>
    /// <typeparam name="T">The type that carries the input's data type.</typeparam>
    /// <param name="name">As registered.</param>
    /// <exception cref="ArgumentException">No such input, or an optional one that is not there.</exception>
    /// <exception cref="InvalidOperationException">The input holds another type.</exception>
    public ReadOnlySpan<T> Input<T>(string name)
        where T : unmanaged
        => Input(name).AsSpan<T>();

    /// <summary>The buffer of an output of all rows, to be filled; it holds what an earlier run left there.</summary>
    /// <typeparam name="T">The type that carries the output's data type; not for BYTES.</typeparam>
    /// <param name="name">As registered.</param>
    /// <param name="shape">Its shape, rows included; may be left out when it follows from the registered shape, the rows and the length.</param>
    /// <exception cref="ArgumentException">No such output, or a shape that does not fit it.</exception>
    /// <exception cref="InvalidOperationException">The output holds another type.</exception>
    public Span<T> Output<T>(string name, params ReadOnlySpan<long> shape)
        where T : unmanaged
    {
        var index = IndexOf(Metadata.Outputs, name, "output");
        var spec = Metadata.Outputs[index];
        if (!spec.DataType.Carries<T>())
        {
            throw new InvalidOperationException($"Output '{name}' holds {spec.DataType.ToV2Name()}, not {typeof(T).Name}.");
        }

        var own = shape.IsEmpty && spec.Shape.Rank > 0 ? stackalloc long[spec.Shape.Rank] : [];
        if (!own.IsEmpty)
        {
            Derive(spec, own);
            shape = own;
        }

        var elements = Count(spec, shape);
        return MemoryMarshal.Cast<byte, T>(_buffers.BeginOutput(index, shape, checked((int)(elements * spec.DataType.GetElementSize()))));
    }

    /// <summary>Gives an output of all rows as a tensor, which is copied.</summary>
    /// <param name="name">As registered.</param>
    /// <param name="tensor">Of the registered type, with the rows of the run.</param>
    /// <exception cref="ArgumentException">No such output, or a tensor that does not fit it.</exception>
    public void SetOutput(string name, InferenceTensor tensor)
    {
        var index = IndexOf(Metadata.Outputs, name, "output");
        var spec = Metadata.Outputs[index];
        if (tensor.DataType != spec.DataType)
        {
            throw new ArgumentException($"Output '{name}' holds {spec.DataType.ToV2Name()}, not {tensor}.", nameof(tensor));
        }

        Count(spec, tensor.Shape.Dimensions);
        tensor.Bytes.CopyTo(_buffers.BeginOutput(index, tensor.Shape.Dimensions, tensor.ByteLength));
    }

    internal void Begin(InferenceBatch batch) => _batch = batch;

    internal void End() => _batch = null;

    private static int IndexOf(IReadOnlyList<TensorSpec> specs, string name, string kind)
    {
        for (var i = 0; i < specs.Count; i++)
        {
            if (string.Equals(specs[i].Name, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        throw new ArgumentException(
            $"The function has no {kind} '{name}': it was registered with {string.Join(", ", specs.Select(spec => $"'{spec.Name}'"))}.", nameof(name));
    }

    private void Derive(TensorSpec spec, Span<long> shape)
    {
        for (var axis = 0; axis < shape.Length; axis++)
        {
            shape[axis] = axis == spec.BatchAxis ? Rows
                : axis == spec.RaggedAxis ? OutputPlan.Scale(Length, spec.RaggedScale)
                : spec.Shape[axis] >= 0 ? spec.Shape[axis]
                : throw new ArgumentException($"Axis {axis} of output '{spec.Name}' varies: give its shape, with {Rows} rows.");
        }
    }

    private long Count(TensorSpec spec, ReadOnlySpan<long> shape)
    {
        var fits = shape.Length == spec.Shape.Rank;
        for (var axis = 0; fits && axis < shape.Length; axis++)
        {
            fits = axis == spec.BatchAxis ? shape[axis] == Rows : spec.Shape[axis] < 0 || shape[axis] == spec.Shape[axis];
        }

        return fits && TensorShape.TryGetElementCount(shape, out var elements)
            ? elements
            : throw new ArgumentException(
                $"Output '{spec.Name}' was registered with shape {spec.Shape} and the run has {Rows} rows: {TensorShape.Create(shape)} does not fit.");
    }
}
