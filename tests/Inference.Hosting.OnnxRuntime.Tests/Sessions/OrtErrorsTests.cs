// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Sessions;

namespace Inference.Hosting.OnnxRuntime.Tests.Sessions;

public sealed class OrtErrorsTests
{
    [Theory]
    [InlineData("[ErrorCode:Fail] /onnxruntime_src/bfc_arena.cc Failed to allocate memory for requested buffer of size 99", EngineFault.OutOfMemory)]
    [InlineData("[ErrorCode:Fail] CUDA failure 2: out of memory ; GPU=0", EngineFault.OutOfMemory)]
    [InlineData("[ErrorCode:Fail] CUBLAS failure 3: CUBLAS_STATUS_ALLOC_FAILED", EngineFault.OutOfMemory)]
    [InlineData("[ErrorCode:Fail] WebGPU validation failed. [Invalid Buffer (unlabeled)] is invalid due to a previous error.", EngineFault.OutOfMemory)]
    [InlineData("[ErrorCode:Fail] CUDA failure 700: an illegal memory access was encountered", EngineFault.DeviceLost)]
    [InlineData("[ErrorCode:Fail] DXGI_ERROR_DEVICE_REMOVED", EngineFault.DeviceLost)]
    [InlineData("[ErrorCode:InvalidArgument] indices element out of data bounds, idx=9", EngineFault.Data)]
    [InlineData("[ErrorCode:Fail] Integer division by zero", EngineFault.Data)]
    [InlineData("[ErrorCode:Fail] something else", EngineFault.Run)]
    public void ToEngineException_Text_TellsTheFault(string text, EngineFault fault)
    {
        var exception = OrtErrors.ToEngineException(new InvalidOperationException(text));

        Assert.Equal(fault, exception.Fault);
        Assert.Equal(text, exception.Message);
        Assert.DoesNotContain("onnxruntime_src", exception.PublicMessage ?? "");
        Assert.Equal(fault == EngineFault.Run, exception.PublicMessage is null);
    }

    [Theory]
    [InlineData("Failed to get a WebGPU adapter: No supported adapters", true)]
    [InlineData("CUDA failure 100: no CUDA-capable device is detected ; GPU=-1 ; hostname=here ; expr=cudaSetDevice(info_.device_id);", true)]
    [InlineData("CUDA failure 101: invalid device ordinal ; GPU=7", true)]
    [InlineData("CUDA failure 2: out of memory", false)]
    [InlineData("[ErrorCode:InvalidGraph] This is an invalid model.", false)]
    public void IsDeviceMissing_Text_TellsDeviceFromGraph(string text, bool missing) => Assert.Equal(missing, OrtErrors.IsDeviceMissing(text));

    [Theory]
    [InlineData("[ErrorCode:NoSuchFile] x", "NoSuchFile")]
    [InlineData("x", "")]
    [InlineData("[ErrorCode:", "")]
    public void CodeOf_Prefix_IsRead(string text, string code) => Assert.Equal(code, OrtErrors.CodeOf(text));
}
