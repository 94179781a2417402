// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Devices;

/// <summary>Where a graph goes is proved at load, and told.</summary>
[Trait("Suite", "Device")]
public sealed class DevicePlacementTests
{
    [Fact]
    public void Load_Metadata_NamesTheDevice()
    {
        var logger = new ListLogger();
        using var engine = new TestEngine(OnnxModels.Mlp(8, 16, 4), logger: logger);

        Assert.Equal([TestDevice.Name], engine.Metadata.Devices);
        Assert.Equal([TestDevice.Name], engine.Metadata.RequestedDevices);
        Assert.False(engine.Metadata.IsOnFallback);
        Assert.Equal(TestDevice.Name, engine.Instance.Device);
        Assert.Contains($"on {TestDevice.Name} from", logger.TextOf("OnnxModelLoaded"));
    }

    [Fact]
    public void Load_GraphOfStrings_FailsRatherThanRunOnTheProcessor()
    {
        if (TestDevice.IsCpu)
        {
            using var processor = new TestEngine(OnnxModels.Exclaim());
            Assert.Equal(["cpu"], processor.Metadata.Devices);
            return;
        }

        // No device computes on strings.
        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(OnnxModels.Exclaim()));

        Assert.Equal(InferenceErrorCode.NotReady, error.Code);
        Assert.Contains($"'{TestDevice.Name}' took no node of the graph; on the processor are StringConcat × 1", error.Message);
    }

    [Fact]
    public void Load_HeavyOperatorThatTheDeviceLacks_IsNamed()
    {
        if (TestDevice.IsCpu)
        {
            using var processor = new TestEngine(DoubleProduct());
            Assert.Equal([4d], processor.Run(new() { ["x"] = InferenceTensor.Create([1f, 1f], 1, 2) })["y"].ToArray<double>());
            return;
        }

        if (TestDevice.Device.Provider is "cuda" or "tensorrt")
        {
            Assert.Skip("NVIDIA's cards compute in FP64.");
        }

        // A part of the graph is on the device, the product in FP64 is not.
        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(DoubleProduct()));

        Assert.Contains($"'{TestDevice.Name}' left nodes to the processor: MatMul × 1", error.Message);
        Assert.Contains("Export the graph", error.Message);
    }

    [Fact]
    public void Load_Strict_AllowsNoNodeOnTheProcessor()
    {
        if (TestDevice.IsCpu)
        {
            using var processor = new TestEngine(HalfOnTheProcessor(), options => options.Strict = true);
            Assert.Equal(["cpu"], processor.Metadata.Devices);
            return;
        }

        using var lenient = new TestEngine(HalfOnTheProcessor());
        Assert.Equal([TestDevice.Name], lenient.Metadata.Devices);
        if (TestDevice.Device.Provider is "cuda" or "tensorrt")
        {
            Assert.Skip("NVIDIA's providers find what is not zero on the card.");
        }

        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(HalfOnTheProcessor(), options => options.Strict = true));
        Assert.Contains("NonZero × 1", error.Message);
        Assert.Contains("OnnxRuntime:Strict", error.Message);
    }

    [Fact]
    public void Load_FallbackAllowed_ShowsInMetadataAndLog()
    {
        var logger = new ListLogger();
        using var engine = new TestEngine(
            OnnxModels.Exclaim(),
            options =>
            {
                options.Device = TestDevice.IsCpu ? OnnxDevice.DirectML() : TestDevice.Device;
                options.Fallback.Add(OnnxDevice.Cpu);
            },
            logger);
        var requested = TestDevice.IsCpu ? "directml:0" : TestDevice.Name;

        Assert.Equal(["cpu"], engine.Metadata.Devices);
        Assert.Equal([requested], engine.Metadata.RequestedDevices);
        Assert.True(engine.Metadata.IsOnFallback);
        Assert.Equal($"{requested} -> cpu", engine.Metadata.Properties["onnxruntime.fallback"]);
        Assert.Contains($"falls back from {requested} to cpu", logger.TextOf("OnnxDeviceFallback"));
        Assert.Equal(["hi!"], engine.Run(new() { ["text"] = InferenceTensor.FromStrings(["hi"], 1, 1) })["loud"].ToStrings());
    }

    [Fact]
    public void Load_ProcessorAndDevice_HaveTheGraphEach()
    {
        TestDevice.Require();
        var model = OnnxModels.Mlp(8, 16, 4);
        using var alone = new TestEngine(model);
        using var both = new TestEngine(model, options =>
        {
            options.Devices.Add("cpu");
            options.Devices.Add(TestDevice.IsCpu ? "CPU" : TestDevice.Device);
        });
        using var second = both.Engine.CreateInstance(1);

        Assert.Equal(["cpu", TestDevice.Name], both.Metadata.Devices);
        Assert.Equal(2, both.Engine.Traits.DeviceCount);
        Assert.Equal("cpu", both.Instance.Device);
        Assert.Equal(TestDevice.Name, second.Device);
        Assert.Equal(2 * alone.Engine.MemoryBytes, both.Engine.MemoryBytes);
    }

    [Fact]
    public async Task Load_NoSuchDeviceOnTheMachine_SaysSo()
    {
        if (TestDevice.IsCpu)
        {
            Assert.Skip("The processor is always there.");
        }

        TestDevice.Require();

        // In a process of its own, which finds no driver: what a machine without a card looks like.
        var lines = await LoadProbe.StartAsync(
            AppContext.BaseDirectory,
            TestDevice.Device,
            ("VK_DRIVER_FILES", "/nowhere.json"),
            ("VK_ICD_FILENAMES", "/nowhere.json"),
            ("CUDA_VISIBLE_DEVICES", "-1"));

        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Contains($"NotReady: The device '{TestDevice.Name}' is not available: its provider found no such device on this machine", line));
    }

    private static OnnxModelWriter DoubleProduct() => new OnnxModelWriter()
        .Input("x", TensorDataType.FP32, "batch", 2)
        .Output("y", TensorDataType.FP64, "batch", 1)
        .Initializer<float>("w", [1, 1, 1, 1], 2, 2)
        .Initializer<double>("v", [1, 1], 2, 1)
        .Node("MatMul", ["x", "w"], ["a"])
        .Node("Cast", ["a"], ["b"], ("to", 11))
        .Node("MatMul", ["b", "v"], ["y"]);

    private static OnnxModelWriter HalfOnTheProcessor() => new OnnxModelWriter()
        .Input("x", TensorDataType.FP32, "n", 2)
        .Output("indices", TensorDataType.Int64, 2, "found")
        .Initializer<float>("w", [1, 0, 0, 1], 2, 2)
        .Node("MatMul", ["x", "w"], ["same"])
        .Node("NonZero", ["same"], ["indices"]);
}
