// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Tests;

public sealed class OnnxDeviceTests
{
    [Theory]
    [InlineData("cpu", "cpu")]
    [InlineData("CPU", "cpu")]
    [InlineData("cuda", "cuda:0")]
    [InlineData("Cuda:1", "cuda:1")]
    [InlineData("tensorrt:0", "tensorrt:0")]
    [InlineData("directml:2", "directml:2")]
    [InlineData("coreml", "coreml")]
    [InlineData("MyProvider:1@/opt/a:b@c/lib.so", "MyProvider:1@/opt/a:b@c/lib.so")]
    [InlineData("MyProvider@C:\\x\\y.dll", "MyProvider:0@C:\\x\\y.dll")]
    public void TryParse_TextForm_GivesTheDevice(string text, string canonical)
    {
        Assert.True(OnnxDevice.TryParse(text, out var device));
        Assert.Equal(canonical, device.ToString());
        Assert.Equal(device, OnnxDevice.Parse(canonical));
    }

    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("gpu")]
    [InlineData("cuda:")]
    [InlineData("cuda:-1")]
    [InlineData("cuda:one")]
    [InlineData("cpu:0")]
    [InlineData("@lib.so")]
    [InlineData("Provider:0@")]
    public void TryParse_AnythingElse_IsRefused(string text)
    {
        Assert.False(OnnxDevice.TryParse(text, out _));
        Assert.Contains("cuda:0", Assert.Throws<FormatException>(() => OnnxDevice.Parse(text)).Message);
    }

    [Fact]
    public void Assignment_ToAnOption_GivesTheTextForm()
    {
        var options = new OnnxRuntimeOptions { Device = OnnxDevice.Cuda(1) };
        options.Fallback.Add(OnnxDevice.Cpu);

        Assert.Equal("cuda:1", options.Device);
        Assert.Equal(["cpu"], options.Fallback);
        Assert.Equal("P:2@lib.so", OnnxDevice.Plugin("lib.so", "P", 2));
    }

    [Fact]
    public void ToPublicString_OfAPlugin_HidesThePath()
        => Assert.Equal("P:0", OnnxDevice.Plugin("/secret/lib.so", "P").ToPublicString());
}
