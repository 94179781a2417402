// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Devices;

/// <summary>What a device must compute, next to the processor: none of these graphs may fall back.</summary>
[Trait("Suite", "Device")]
public sealed class DeviceEngineTests
{
    [Fact]
    public void Execute_Dense_EqualsTheProcessorInVaryingRows()
    {
        using var pair = new EnginePair(OnnxModels.Mlp(64, 128, 32));
        var random = new Random(11);

        // Fresh values in shapes seen before: a binding that is kept must not compute on old data.
        foreach (var rows in new[] { 1, 8, 3, 8, 1, 16, 8, 0, 8 })
        {
            pair.Check(new() { ["x"] = Numbers(random, rows, 64) });
        }
    }

    [Fact]
    public void Execute_Convolution_EqualsTheProcessor()
    {
        using var pair = new EnginePair(OnnxModels.Cnn(16));
        var random = new Random(12);
        foreach (var rows in new[] { 2, 1, 4 })
        {
            pair.Check(new() { ["image"] = Numbers(random, rows, 3, 16, 16) });
        }
    }

    [Fact]
    public void Execute_Encoder_EqualsTheProcessorAtEachLengthAndMask()
    {
        using var pair = new EnginePair(OnnxModels.Encoder(1, 64));
        var random = new Random(13);
        foreach (var (rows, length) in new[] { (1, 5), (3, 8), (1, 8), (2, 5) })
        {
            // The last token of each row is padding.
            var mask = Enumerable.Range(0, rows * length).Select(i => i % length == length - 1 ? 0f : 1f).ToArray();
            pair.Check(new() { ["x"] = Numbers(random, rows, length, 64), ["mask"] = InferenceTensor.Create(mask, rows, length) });
        }
    }

    [Fact]
    public void Execute_StateAndSharedScalar_EqualTheProcessorStepByStep()
    {
        using var pair = new EnginePair(OnnxModels.Stateful());
        var random = new Random(14);
        var state = Numbers(random, 2, 3, 4);
        for (var step = 0; step < 4; step++)
        {
            var results = pair.Check(new() { ["x"] = Numbers(random, 3, 4), ["state"] = state, ["rate"] = InferenceTensor.Create([step + 1L]) });
            state = results["stateN"];
        }
    }

    [Fact]
    public void Execute_ConditionAndIndices_MixTypesInOneGraph()
    {
        // BOOL and INT64 from outside, FP32 in between: each type crosses to the device in its own layout.
        using var pair = new EnginePair(new OnnxModelWriter()
            .Input("use", TensorDataType.Bool, "batch", 4)
            .Input("index", TensorDataType.Int64, "batch", 4)
            .Output("y", TensorDataType.FP32, "batch", 4)
            .Initializer<float>("table", [0, 10, 20, 30, 40, 50, 60, 70], 8)
            .Initializer<float>("none", [-1f], 1)
            .Initializer<float>("w", [1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1], 4, 4)
            .Node("Gather", ["table", "index"], ["found"], ("axis", 0))
            .Node("Where", ["use", "found", "none"], ["chosen"])
            .Node("MatMul", ["chosen", "w"], ["y"]));

        var results = pair.Check(new()
        {
            ["use"] = InferenceTensor.Create([true, false, true, true, false, false, true, false], 2, 4),
            ["index"] = InferenceTensor.Create([0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L], 2, 4),
        });
        Assert.Equal([0f, -1f, 20f, 30f, -1f, -1f, 60f, -1f], results["y"].ToArray<float>());
    }

    [Fact]
    public void Execute_HalfPrecisionAtTheEdges_EqualsTheProcessor()
    {
        // FP16 crosses, FP32 computes: not every device has arithmetic in FP16.
        using var pair = new EnginePair(new OnnxModelWriter()
            .Input("x", TensorDataType.FP16, "batch", 4)
            .Output("y", TensorDataType.FP16, "batch", 4)
            .Initializer<float>("w", [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2], 4, 4)
            .Node("Cast", ["x"], ["wide"], ("to", 1))
            .Node("MatMul", ["wide", "w"], ["twice"])
            .Node("Cast", ["twice"], ["y"], ("to", 10)));

        var inputs = new TensorCollection { ["x"] = InferenceTensor.Create([(Half)1.5, (Half)(-2), (Half)0, (Half)1000], 1, 4) };
        if (TestDevice.Device.Provider == "webgpu" && Record.Exception(() => pair.Device.Run(inputs)) is EngineException fault)
        {
            // An adapter without FP16, such as SwiftShader: the provider takes the graph and only its first run fails.
            Assert.Equal(EngineFault.Run, fault.Fault);
            Assert.Equal("The device has no arithmetic in a type that the model computes in.", fault.PublicMessage);
            return;
        }

        Assert.Equal([(Half)3, (Half)(-4), (Half)0, (Half)2000], pair.Device.Run(inputs)["y"].ToArray<Half>());
    }

    [Fact]
    public void Execute_OutputOfUnknownShape_IsReadAfterEachRun()
    {
        // The product makes sure that the device has work; which of its entries are not zero, only the data tells.
        using var pair = new EnginePair(new OnnxModelWriter()
            .Input("x", TensorDataType.FP32, "n", 2)
            .Output("same", TensorDataType.FP32, "n", 2)
            .Output("indices", TensorDataType.Int64, 2, "found")
            .Initializer<float>("w", [1, 0, 0, 1], 2, 2)
            .Node("MatMul", ["x", "w"], ["same"])
            .Node("NonZero", ["same"], ["indices"]));
        var engine = pair.Device;

        Assert.Equal([0L, 1L, 0L, 1L], engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 0f, 0f, 1f], 2, 2) })["indices"].ToArray<long>());
        Assert.Equal([1L, 1L], engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 0f, 0f, 1f], 2, 2) })["indices"].ToArray<long>());
        Assert.Equal([2L, 0L], engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 0f, 0f, 0f], 2, 2) })["indices"].Shape);
    }

    [Fact]
    public void Execute_EmptyTensors_AreEmptyAnswersOrFaultsAndLeaveTheDeviceUsable()
    {
        using var dense = new EnginePair(OnnxModels.Mlp(8, 16, 4));
        Assert.Equal([0L, 4L], dense.Device.Run(new() { ["x"] = Numbers(new(0), 0, 8) })["y"].Shape);

        // Not all kernels of all devices take nothing; requests without rows never get here.
        using var encoder = new EnginePair(OnnxModels.Encoder(1, 64));
        var empty = new TensorCollection { ["x"] = Numbers(new(0), 0, 4, 64), ["mask"] = Numbers(new(0), 0, 4) };
        if (Record.Exception(() => Assert.Equal([0L, 4L, 64L], encoder.Device.Run(empty)["y"].Shape)) is { } exception)
        {
            Assert.False(TestDevice.IsCpu);
            Assert.IsType<EngineException>(exception);
        }

        encoder.Check(new() { ["x"] = Numbers(new(0), 2, 4, 64), ["mask"] = InferenceTensor.Create(Enumerable.Repeat(1f, 8).ToArray(), 2, 4) });
    }

    [Fact]
    public void Execute_AFailedRun_LeavesTheDeviceUsable()
    {
        // The mask is a row short: the shapes cannot be added, which only the run finds out.
        using var pair = new EnginePair(OnnxModels.Encoder(1, 64));
        var random = new Random(15);

        Assert.Throws<EngineException>(() => pair.Device.Run(new() { ["x"] = Numbers(random, 3, 4, 64), ["mask"] = Numbers(random, 2, 4) }));

        pair.Check(new() { ["x"] = Numbers(random, 3, 4, 64), ["mask"] = Numbers(random, 3, 4) });
    }

    private static InferenceTensor Numbers(Random random, params long[] shape)
        => InferenceTensor.Create(Enumerable.Range(0, (int)shape.Aggregate(1L, (left, right) => left * right)).Select(_ => random.NextSingle()).ToArray(), shape);

    /// <summary>A graph on the device, which must take it, and on the processor.</summary>
    private sealed class EnginePair : IDisposable
    {
        private readonly TestEngine _processor;

        public EnginePair(OnnxModelWriter model)
        {
            TestDevice.Require();
            Device = new TestEngine(model);
            Assert.Equal(TestDevice.Name, Device.Instance.Device);
            _processor = new TestEngine(model, options => options.Device = "cpu");
        }

        public TestEngine Device { get; }

        public Dictionary<string, InferenceTensor> Check(TensorCollection inputs)
        {
            var actual = Device.Run(inputs);
            foreach (var (name, expected) in _processor.Run(inputs))
            {
                TestDevice.AssertClose(expected, actual[name]);
            }

            return actual;
        }

        public void Dispose()
        {
            Device.Dispose();
            _processor.Dispose();
        }
    }
}
