// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime.Tests;

public sealed class OnnxEngineLoaderTests
{
    public static TheoryData<string, OnnxModelWriter> Refused => new()
    {
        { "input 'wave' is a tensor of complex64", Of(writer => writer.RawInput("wave", 14, 2).RawOutput("y", 14, 2)) },
        { "input 'wave' is a tensor of complex128", Of(writer => writer.RawInput("wave", 15, 2).RawOutput("y", 15, 2)) },
        { "input 'wave' is a tensor of float8e4m3fn", Of(writer => writer.RawInput("wave", 17, 2).RawOutput("y", 17, 2)) },
        { "input 'wave' is a tensor of int4", Of(writer => writer.RawInput("wave", 22, 2).RawOutput("y", 22, 2)) },
        { "input 'wave' is a tensor of uint4", Of(writer => writer.RawInput("wave", 21, 2).RawOutput("y", 21, 2)) },
        { "input 'wave' is a tensor of float4e2m1", Of(writer => writer.RawInput("wave", 23, 2).RawOutput("y", 23, 2)) },
        {
            "output 'list' is a sequence",
            new OnnxModelWriter().Input("x", TensorDataType.FP32, 2).SequenceOutput("list", TensorDataType.FP32).Node("SequenceConstruct", ["x"], ["list"])
        },
        {
            "output 'maybe' is an optional",
            new OnnxModelWriter().Input("x", TensorDataType.FP32, 2).OptionalOutput("maybe", TensorDataType.FP32, 2).Node("Optional", ["x"], ["maybe"])
        },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Load_TypeThatCannotBeServed_NamesIt(string words, OnnxModelWriter model)
    {
        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(model));

        Assert.Equal(InferenceErrorCode.NotReady, error.Code);
        Assert.Contains(words, error.Message);
    }

    [Fact]
    public void Load_MapOutput_NamesIt()
        => Assert.Contains("output 'scores' is a sequence", Assert.Throws<InferenceException>(() => TestEngine.Load(new OnnxModelWriter()
            .Input("x", TensorDataType.FP32, "batch", 2)
            .SequenceOfMapsOutput("scores", TensorDataType.FP32)
            .Node("ai.onnx.ml:ZipMap", ["x"], ["scores"], ("classlabels_int64s", new long[] { 0, 1 })))).Message);

    [Fact]
    public void Load_NotOnnx_SaysSo()
        => Assert.Contains("not ONNX", Assert.Throws<InferenceException>(() => TestEngine.Load(new ModelSource(null, [1, 2, 3, 4]))).Message);

    [Fact]
    public void Load_UnknownOperator_NamesIt()
        => Assert.Contains("'Nope'", Assert.Throws<InferenceException>(() => TestEngine.Load(
            new OnnxModelWriter().Input("x", TensorDataType.FP32, 2).Output("y", TensorDataType.FP32, 2).Node("Nope", ["x"], ["y"]))).Message);

    [Fact]
    public void Load_OpsetFromTheFuture_SaysWhatToUpdate()
        => Assert.Contains("opset is newer", Assert.Throws<InferenceException>(() => TestEngine.Load(new OnnxModelWriter { Opset = 99 }
            .Input("x", TensorDataType.FP32, 2).Output("y", TensorDataType.FP32, 2).Node("Identity", ["x"], ["y"]))).Message);

    [Fact]
    public void Load_FolderWithExternalData_Computes()
    {
        using var folder = new TestFolder();
        var path = ExternalModel().Save(folder.File("model.onnx"));
        using var engine = new TestEngine(new ModelSource(ModelLocator.FindGraph(folder.FullPath), null));

        Assert.True(new FileInfo(path).Length < 2000, "The weights must lie outside the graph.");
        Assert.Equal(new FileInfo(path).Length + 8, engine.Engine.MemoryBytes);
        Assert.Equal([1001f, 1002f], engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 2f], 1, 2) })["y"].ToArray<float>());
    }

    [Fact]
    public void Load_ExternalDataMissing_SaysSoWithoutAPath()
    {
        using var folder = new TestFolder();
        var path = ExternalModel().Save(folder.File("model.onnx"));
        File.Delete(folder.File("weights.bin"));
        var logger = new ListLogger();

        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(new ModelSource(path, null), logger: logger));

        Assert.Contains("external data is missing", error.Message);
        Assert.DoesNotContain(folder.FullPath, error.Message);
        Assert.Contains(folder.FullPath, logger.TextOf("OnnxModelLoadFailed"));
        Assert.Contains("weights.bin", logger.TextOf("OnnxGraphRefused"));
    }

    [Theory]
    [InlineData("cuda:0", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("tensorrt:0", "Microsoft.ML.OnnxRuntime.Gpu")]
    [InlineData("directml:0", "Microsoft.ML.OnnxRuntime.DirectML")]
    [InlineData("webgpu", "WebGPU")]
    [InlineData("openvino", "OpenVino")]
    [InlineData("qnn", "QNN")]
    public void Load_DeviceThatTheNativePackageLacks_NamesThePackageAndLogsTheLibrary(string device, string package)
    {
        var logger = new ListLogger();

        var error = Assert.Throws<InferenceException>(
            () => TestEngine.Load(OnnxModels.AddSub(), options => options.Device = device, logger));

        Assert.Equal(InferenceErrorCode.NotReady, error.Code);
        Assert.Contains($"'{device}' is not available", error.Message);
        Assert.Contains(package, error.Message);
        Assert.Contains("CPUExecutionProvider", logger.TextOf("OnnxDeviceUnavailable"));
        Assert.Contains("onnxruntime", logger.TextOf("OnnxDeviceUnavailable"));
        Assert.Contains("1.31", logger.TextOf("OnnxDeviceUnavailable"));
    }

    [Fact]
    public void Load_FallbackAllowed_UsesItAndSaysSoInLogAndMetadata()
    {
        var logger = new ListLogger();
        using var engine = new TestEngine(
            OnnxModels.Gather(),
            options =>
            {
                options.Device = OnnxDevice.Cuda();
                options.Fallback.Add(OnnxDevice.DirectML());
                options.Fallback.Add(OnnxDevice.Cpu);
            },
            logger);

        Assert.Equal(["cpu"], engine.Metadata.Devices);
        Assert.Equal("cuda:0 -> cpu", engine.Metadata.Properties["onnxruntime.fallback"]);
        Assert.Contains("falls back from cuda:0 to cpu", logger.TextOf("OnnxDeviceFallback"));
        Assert.Equal([50f], engine.Run(new() { ["index"] = InferenceTensor.Create([5L], 1) })["value"].ToArray<float>());
    }

    [Fact]
    public void Load_CustomOpLibraryMissing_NamesItWithoutThePath()
    {
        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(
            OnnxModels.AddSub(), options => options.CustomOpLibraries.Add("/nowhere/libops.so")));

        Assert.Contains("'libops.so'", error.Message);
        Assert.DoesNotContain("/nowhere", error.Message);
    }

    [Theory]
    [InlineData("libcublasLt.so.13: cannot open shared object file", "libcublasLt.so.13")]
    [InlineData("/app/libonnxruntime_providers_cuda.so failed: libcudnn.so.9: cannot open; LoadLibrary failed with cudnn64_9.dll", "libcudnn.so.9, cudnn64_9.dll")]
    public void DescribeUnavailable_MissingLibrary_NamesIt(string detail, string libraries)
        => Assert.Contains(
            $"'cuda:0' is not available: {libraries} could not be loaded",
            SessionFactory.DescribeUnavailable(OnnxDevice.Cuda(), ExecutionProviders.Find("cuda")!, detail));

    [Fact]
    public void Load_PluginLibraryMissing_SaysSoWithoutThePath()
    {
        var error = Assert.Throws<InferenceException>(() => TestEngine.Load(
            OnnxModels.AddSub(), options => options.Device = OnnxDevice.Plugin("/nowhere/libepx.so", "EpX")));

        Assert.Contains("'EpX:0' is not available", error.Message);
        Assert.DoesNotContain("/nowhere", error.Message);
    }

    [Fact]
    public void Load_SeveralDevices_OneSessionEachAndInstancesSpread()
    {
        // The processor twice is refused by the validator; here it stands for two devices.
        using var engine = new TestEngine(OnnxModels.AddSub(), options =>
        {
            options.Devices.Add("cpu");
            options.Devices.Add("CPU");
        });

        Assert.Equal(2, engine.Engine.Traits.DeviceCount);
        Assert.Equal(["cpu", "cpu"], engine.Metadata.Devices);
    }

    [Fact]
    public void Load_Cancelled_Throws()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => new OnnxEngineLoader("m", "1", new(), new ListLogger())
            .Load(new ModelSource(null, OnnxModels.AddSub().ToBytes()), cancelled.Token));
    }

    [Fact]
    public void Load_OnnxRuntimeWarns_TheModelsOwnLoggerHearsIt()
    {
        var logger = new ListLogger();
        var other = new ListLogger();
        using var elsewhere = new TestEngine(OnnxModels.AddSub(), logger: other);

        // A constant that is an input, too, is worth a warning to ONNX Runtime.
        using var engine = new TestEngine(
            new OnnxModelWriter().Input("x", TensorDataType.FP32, 2).Input("c", TensorDataType.FP32, 2).Output("y", TensorDataType.FP32, 2)
                .Initializer<float>("c", [1f, 2f], 2).Node("Add", ["x", "c"], ["y"]),
            logger: logger);

        Assert.Contains(logger.Entries, entry => entry.Id.Name == "OnnxRuntimeMessage" && entry.Level == LogLevel.Warning && entry.Text.Contains("model/1#", StringComparison.Ordinal));
        Assert.DoesNotContain(other.Entries, entry => entry.Id.Name == "OnnxRuntimeMessage");
        Assert.Equal(["x"], engine.Metadata.Inputs.Select(input => input.Name));
        Assert.Equal([2f, 4f], engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 2f], 2) })["y"].ToArray<float>());
    }

    [Fact]
    public void Load_OptionsOfTheSession_Apply()
    {
        using var engine = new TestEngine(OnnxModels.Mlp(8, 16, 4), options =>
        {
            options.IntraOpThreads = 1;
            options.InterOpThreads = 1;
            options.ParallelExecution = true;
            options.AllowSpinning = true;
            options.CpuMemoryArena = false;
            options.MemoryPattern = false;
            options.GraphOptimization = OnnxGraphOptimization.Basic;
            options.SessionConfig["session.disable_prepacking"] = "1";
            options.FreeDimensions["batch"] = 2;
        });

        Assert.Equal([2L, 8L], engine.Metadata.Inputs[0].Shape);
        Assert.False(engine.Metadata.SupportsBatching);
        Assert.Equal([2L, 4L], engine.Run(new() { ["x"] = InferenceTensor.Create(new float[16], 2, 8) })["y"].Shape);
    }

    private static OnnxModelWriter Of(Action<OnnxModelWriter> declare)
    {
        var writer = new OnnxModelWriter();
        declare(writer);
        return writer.Node("Identity", ["wave"], ["y"]);
    }

    private static OnnxModelWriter ExternalModel() => new OnnxModelWriter()
        .Input("x", TensorDataType.FP32, "batch", 2)
        .Output("y", TensorDataType.FP32, "batch", 2)
        .ExternalInitializer<float>("bias", [1000f, 1000f], "weights.bin", 2)
        .Node("Add", ["x", "bias"], ["y"]);
}
