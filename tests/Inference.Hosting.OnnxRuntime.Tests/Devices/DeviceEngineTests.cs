// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Devices;

/// <summary>What an engine must do on every device. Skipped, with the reason, where there is no such device.</summary>
public abstract class DeviceEngineTests(string? device)
{
    [Fact]
    public void Execute_Dense_EqualsTheProcessorInVaryingRows()
    {
        using var engine = Load(OnnxModels.Mlp(64, 128, 32));
        using var reference = new TestEngine(OnnxModels.Mlp(64, 128, 32));
        var random = new Random(11);

        // Fresh values in shapes seen before: a binding that is kept must not compute on old data.
        foreach (var rows in new[] { 1, 8, 3, 8, 1, 16, 8 })
        {
            var values = Enumerable.Range(0, rows * 64).Select(_ => random.NextSingle()).ToArray();
            var inputs = new TensorCollection { ["x"] = InferenceTensor.Create(values, rows, 64) };

            AssertClose(reference.Run(inputs)["y"], engine.Run(inputs)["y"]);
        }
    }

    [Fact]
    public void Execute_Convolution_EqualsTheProcessor()
    {
        using var engine = Load(OnnxModels.Cnn(16));
        using var reference = new TestEngine(OnnxModels.Cnn(16));
        var random = new Random(12);
        foreach (var rows in new[] { 2, 1, 4 })
        {
            var values = Enumerable.Range(0, rows * 3 * 16 * 16).Select(_ => random.NextSingle()).ToArray();
            var inputs = new TensorCollection { ["image"] = InferenceTensor.Create(values, rows, 3, 16, 16) };

            AssertClose(reference.Run(inputs)["logits"], engine.Run(inputs)["logits"]);
        }
    }

    [Fact]
    public void Execute_Encoder_EqualsTheProcessorAtEachLength()
    {
        using var engine = Load(OnnxModels.Encoder(1, 64));
        using var reference = new TestEngine(OnnxModels.Encoder(1, 64));
        var random = new Random(13);
        foreach (var (rows, length) in new[] { (1, 5), (3, 8), (1, 8), (2, 5) })
        {
            var values = Enumerable.Range(0, rows * length * 64).Select(_ => random.NextSingle()).ToArray();
            var inputs = new TensorCollection
            {
                ["x"] = InferenceTensor.Create(values, rows, length, 64),
                ["mask"] = InferenceTensor.Create(Enumerable.Repeat(1f, rows * length).ToArray(), rows, length),
            };

            AssertClose(reference.Run(inputs)["y"], engine.Run(inputs)["y"]);
        }
    }

    [Fact]
    public void Execute_OutputOfUnknownShape_IsReadAfterEachRun()
    {
        // The product makes sure that the device has work; which of its entries are not zero, only the data tells.
        using var engine = Load(new OnnxModelWriter()
            .Input("x", TensorDataType.FP32, "n", 2)
            .Output("same", TensorDataType.FP32, "n", 2)
            .Output("indices", TensorDataType.Int64, 2, "found")
            .Initializer<float>("w", [1, 0, 0, 1], 2, 2)
            .Node("MatMul", ["x", "w"], ["same"])
            .Node("NonZero", ["same"], ["indices"]));

        Assert.Equal([0L, 1L, 0L, 1L], engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 0f, 0f, 1f], 2, 2) })["indices"].ToArray<long>());
        Assert.Equal([1L, 1L], engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 0f, 0f, 1f], 2, 2) })["indices"].ToArray<long>());
        Assert.Equal([2L, 0L], engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 0f, 0f, 0f], 2, 2) })["indices"].Shape);
    }

    [Fact]
    public void Load_Metadata_NamesTheDevice()
    {
        using var engine = Load(OnnxModels.Mlp(8, 16, 4));

        Assert.Equal([engine.Instance.Device], engine.Metadata.Devices);
        Assert.Equal(OnnxDevice.Parse(device!).ToPublicString(), engine.Instance.Device);
    }

    [Fact]
    public void Load_GraphThatTheDeviceCannotTake_FailsRatherThanRunOnTheProcessor()
    {
        if (device == "cpu")
        {
            using var processor = new TestEngine(OnnxModels.Exclaim());
            Assert.Equal(["cpu"], processor.Metadata.Devices);
            return;
        }

        // The first load skips where there is no such device. No device computes on strings.
        using var there = Load(OnnxModels.Mlp(8, 16, 4));
        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(OnnxModels.Exclaim(), options => options.Device = device!));
        Assert.Contains("took no node", error.Message);
    }

    private TestEngine Load(OnnxModelWriter model)
    {
        if (device is null)
        {
            Assert.Skip("INFERENCE_HOSTING_TEST_DEVICE names no device.");
        }

        try
        {
            return new TestEngine(model, options => options.Device = device);
        }
        catch (InferenceException exception) when (exception.Message.Contains("is not available", StringComparison.Ordinal))
        {
            Assert.Skip(exception.Message);
            throw;
        }
    }

    private static void AssertClose(InferenceTensor expected, InferenceTensor actual)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        var (left, right) = (expected.ToArray<float>(), actual.ToArray<float>());
        for (var i = 0; i < left.Length; i++)
        {
            // Devices round products in other ways, TF32 among them.
            Assert.Equal(left[i], right[i], 5e-3f);
        }
    }
}

/// <summary>The tests themselves, on the device that is always there.</summary>
[Trait("Device", "Cpu")]
public sealed class CpuEngineTests() : DeviceEngineTests("cpu");

[Trait("Device", "Cuda")]
public sealed class CudaEngineTests() : DeviceEngineTests("cuda:0");

[Trait("Device", "TensorRT")]
public sealed class TensorRtEngineTests() : DeviceEngineTests("tensorrt:0");

/// <summary>Any other device, such as <c>webgpu</c> or a plugin provider: its text form in an environment variable.</summary>
[Trait("Device", "Environment")]
public sealed class EnvironmentEngineTests() : DeviceEngineTests(Environment.GetEnvironmentVariable("INFERENCE_HOSTING_TEST_DEVICE"));
