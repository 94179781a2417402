// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Inference.Hosting.Backends;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>The folder of a model whose file is replaced while it serves. Used by one operator at a time.</summary>
internal sealed class SwapFolder : IDisposable
{
    private const string Number = "generation.txt";

    public SwapFolder() => Write();

    public string Path { get; } = Directory.CreateTempSubdirectory("chaos-").FullName;

    /// <summary>The newest generation that was written, whether or not it was loaded.</summary>
    public long Newest => Interlocked.Read(ref _newest);

    /// <summary>The newest one that certainly serves: older ones answer no call that starts now.</summary>
    public long Live => Interlocked.Read(ref _live);

    private long _newest;
    private long _live;

    /// <summary>Writes the next generation.</summary>
    public void Write()
    {
        var generation = Interlocked.Increment(ref _newest);
        new OnnxModelWriter { GraphName = "swap" }
            .Input("x", TensorDataType.FP32, "batch", ChaosModels.SwapWidth)
            .Output("y", TensorDataType.FP32, "batch", ChaosModels.SwapWidth)
            .Output("generation", TensorDataType.FP32, "batch", 1)
            .Initializer<float>("number", [generation], 1)
            .Initializer<float>("nothing", [0, 0, 0, 0], ChaosModels.SwapWidth, 1)
            .Node("Add", ["x", "x"], ["y"])
            .Node("MatMul", ["x", "nothing"], ["zero"])
            .Node("Add", ["zero", "number"], ["generation"])
            .Save(System.IO.Path.Combine(Path, "model.onnx"));
        File.WriteAllText(System.IO.Path.Combine(Path, Number), generation.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>Writes a file that cannot be loaded.</summary>
    public void Break() => File.WriteAllBytes(System.IO.Path.Combine(Path, "model.onnx"), [0x08, 0x08, 0x3a, 0xff, 0xff, 0x01, 0x02]);

    /// <summary>What was written last has been loaded.</summary>
    public void Loaded() => Interlocked.Exchange(ref _live, Newest);

    public long ReadNumber(ModelFiles files)
    {
        using var reader = new StreamReader(files.OpenRead(Number));
        return long.Parse(reader.ReadToEnd(), CultureInfo.InvariantCulture);
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
