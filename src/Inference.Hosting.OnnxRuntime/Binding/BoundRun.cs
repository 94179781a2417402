// SPDX-License-Identifier: Apache-2.0

using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>A binding for one set of shapes and wanted outputs, with the values it holds. Owned by one instance.</summary>
/// <param name="key">Shapes and wanted outputs.</param>
/// <param name="binding">The native binding.</param>
/// <param name="inputs">Values over the instance's buffers, or string tensors; null for an input that is left out.</param>
/// <param name="outputs">Values over the instance's buffers; null for an output that is not wanted, holds strings, or has a shape not known ahead.</param>
/// <param name="outputShapes">Shapes of bound outputs.</param>
/// <param name="unknown">Positions of wanted outputs whose memory ONNX Runtime takes in each run.</param>
internal sealed class BoundRun(
    long[] key, OrtIoBinding binding, OrtValue?[] inputs, OrtValue?[] outputs, long[]?[] outputShapes, int[] unknown) : IDisposable
{
    public long[] Key { get; } = key;

    public OrtIoBinding Binding { get; } = binding;

    /// <summary>Kept here because a binding keeps the native tensors only.</summary>
    public OrtValue?[] Inputs { get; } = inputs;

    public OrtValue?[] Outputs { get; } = outputs;

    public long[]?[] OutputShapes { get; } = outputShapes;

    public int[] Unknown { get; } = unknown;

    /// <summary>Where each unknown output stands among the binding's results, which come in the order of binding; null until the first run.</summary>
    public int[]? ResultPositions { get; set; }

    public void Dispose()
    {
        Binding.Dispose();
        Array.ForEach(Inputs, value => value?.Dispose());
        Array.ForEach(Outputs, value => value?.Dispose());
    }
}
