// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Tests;

public sealed class OnnxRuntimeOptionsValidatorTests
{
    [Fact]
    public void Validate_Defaults_Succeed() => Assert.True(new OnnxRuntimeOptionsValidator().Validate("m", new()).Succeeded);

    [Fact]
    public void Validate_EveryFault_NamesKeyValueAndMend()
    {
        var options = new OnnxRuntimeOptions
        {
            Device = "gpu",
            IntraOpThreads = -1,
            InterOpThreads = 5000,
            GraphOptimization = (OnnxGraphOptimization)9,
        };
        options.Devices.Add("cuda:0");
        options.Devices.Add("CUDA");
        options.BatchAxes["state"] = -2;
        options.Fallback.Add("processor");
        options.SessionConfig["session.intra_op.allow_spining"] = "0";
        options.Cuda.MemoryLimit = 0;
        options.TensorRt.ProfileMinShapes = "x:1x3";
        options.FreeDimensions["batch"] = 0;

        var faults = new OnnxRuntimeOptionsValidator().Validate("pets", options).Failures!.ToList();

        string[] expected =
        [
            "Inference:Models:pets:OnnxRuntime:Device: 'gpu' names no device. Use one of cpu, cuda:0",
            "Inference:Models:pets:OnnxRuntime:Devices:1: 'CUDA' is there twice",
            "Inference:Models:pets:OnnxRuntime:Fallback:0: 'processor' names no device",
            "Inference:Models:pets:OnnxRuntime:IntraOpThreads: '-1' is out of range. Use 0 to 1024",
            "Inference:Models:pets:OnnxRuntime:InterOpThreads: '5000' is out of range",
            "Inference:Models:pets:OnnxRuntime:Cuda:MemoryLimit: '0' is not a size",
            "Inference:Models:pets:OnnxRuntime:GraphOptimization: '9' is none of All, Extended, Basic, None",
            "Inference:Models:pets:OnnxRuntime:TensorRt: 'Profile…Shapes' are not complete",
            "Inference:Models:pets:OnnxRuntime:SessionConfig: 'session.intra_op.allow_spining' is not read by ONNX Runtime, which would ignore it. Did you mean session.intra_op.allow_spinning?",
            "Inference:Models:pets:OnnxRuntime:BatchAxes:state: '-2' is not an axis",
            "Inference:Models:pets:OnnxRuntime:FreeDimensions:batch: '0' is not a size",
        ];
        Assert.Equal(expected.Length, faults.Count);
        foreach (var start in expected)
        {
            Assert.Contains(faults, fault => fault.StartsWith(start, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Validate_OptionsOfAVersion_NamesItsSection()
        => Assert.StartsWith(
            "Inference:Models:pets:Versions:2:OnnxRuntime:Device:",
            new OnnxRuntimeOptionsValidator().Validate("pets@2", new() { Device = "x" }).FailureMessage,
            StringComparison.Ordinal);
}
