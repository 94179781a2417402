// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.OnnxRuntime.Tests;

public sealed class OnnxRuntimeModelBuilderExtensionsTests
{
    [Fact]
    public void UseOnnxRuntime_CodeAndConfiguration_ConfigurationWins()
    {
        using var services = Build(
            new()
            {
                ["Inference:Models:pets:OnnxRuntime:IntraOpThreads"] = "3",
                ["Inference:Models:pets:OnnxRuntime:Fallback:0"] = "cpu",
                ["Inference:Models:pets:OnnxRuntime:Cuda:MemoryLimit"] = "1000000",
                ["Inference:Models:pets:OnnxRuntime:BatchAxes:state"] = "1",
                ["Inference:Models:pets:OnnxRuntime:SessionConfig:session.disable_prepacking"] = "1",
                ["Inference:Models:pets:OnnxRuntime:GraphOptimization"] = "Basic",
            },
            model => model.UseOnnxRuntime(OnnxModels.AddSub().ToBytes(), options =>
            {
                options.Device = OnnxDevice.Cuda(1);
                options.IntraOpThreads = 1;
            }));

        var options = services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get("pets");

        Assert.Equal("cuda:1", options.Device);
        Assert.Equal(3, options.IntraOpThreads);
        Assert.Equal(["cpu"], options.Fallback);
        Assert.Equal(1_000_000, options.Cuda.MemoryLimit);
        Assert.Equal(1, options.BatchAxes["state"]);
        Assert.Equal("1", options.SessionConfig["session.disable_prepacking"]);
        Assert.Equal(OnnxGraphOptimization.Basic, options.GraphOptimization);
    }

    [Fact]
    public void UseOnnxRuntime_UnknownKey_IsRefusedWithTheKey()
    {
        using var services = Build(
            new() { ["Inference:Models:pets:OnnxRuntime:Devise"] = "cpu" },
            model => model.UseOnnxRuntime(OnnxModels.AddSub().ToBytes()));

        var error = Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get("pets"));
        Assert.Contains("Inference:Models:pets:OnnxRuntime:Devise", error.Message);
    }

    [Fact]
    public void UseOnnxRuntime_UnknownKeyOfATypedGroup_IsRefused()
    {
        using var services = Build(
            new() { ["Inference:Models:pets:OnnxRuntime:Cuda:MemoryLimmit"] = "1" },
            model => model.UseOnnxRuntime(OnnxModels.AddSub().ToBytes()));

        Assert.Contains("MemoryLimmit", Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get("pets")).Message);
    }

    [Fact]
    public void UseOnnxRuntime_BadValue_IsRefusedWithTheMend()
    {
        using var services = Build([], model => model.UseOnnxRuntime(OnnxModels.AddSub().ToBytes(), options => options.Device = "gpu"));

        Assert.Contains("'gpu' names no device", Assert.Throws<OptionsValidationException>(
            () => services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get("pets")).Message);
    }

    private static ServiceProvider Build(Dictionary<string, string?> values, Action<Inference.Hosting.DependencyInjection.IModelBuilder> use)
    {
        var services = new ServiceCollection();
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().AddInMemoryCollection(values).Build());
        use(services.AddModel("pets"));
        return services.BuildServiceProvider();
    }
}
