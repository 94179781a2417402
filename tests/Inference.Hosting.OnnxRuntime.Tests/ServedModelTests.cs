// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime.Tests;

/// <summary>Models as an app has them: registered, loaded by the host, batched, called through the client.</summary>
[Trait("Suite", "Device")]
public sealed class ServedModelTests
{
    private static CancellationToken Stopping => TestContext.Current.CancellationToken;

    [Fact]
    public async Task InferAsync_ManyCallersOfAFolder_EachGetsItsOwnAnswer()
    {
        using var folder = new TestFolder();
        OnnxModels.AddSub().Save(folder.File("models", "simple", "model.onnx"));
        using var host = await StartAsync(folder.FullPath, services => services.AddModel("simple").UseOnnxRuntime("models/simple", TestDevice.Configure));
        var client = host.Services.GetRequiredKeyedService<IInferenceClient>("simple");

        var answers = await Task.WhenAll(Enumerable.Range(0, 200).Select(async i =>
        {
            var request = new InferenceRequest();
            request.Inputs["INPUT0"] = InferenceTensor.Create(Enumerable.Repeat(i, 16).ToArray(), 1, 16);
            request.Inputs["INPUT1"] = InferenceTensor.Create(Enumerable.Repeat(1, 16).ToArray(), 1, 16);
            using var response = await client.InferAsync(request, Stopping);
            return (response["OUTPUT0"].ToArray<int>(), response["OUTPUT1"].ToArray<int>(), response.Timing.BatchSize);
        }));

        for (var i = 0; i < answers.Length; i++)
        {
            Assert.All(answers[i].Item1, value => Assert.Equal(i + 1, value));
            Assert.All(answers[i].Item2, value => Assert.Equal(i - 1, value));
        }

        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task InferAsync_PoisonAmongGoodRows_FailsAlone()
    {
        using var host = await StartAsync(null, services => services.AddModel("gather").UseOnnxRuntime(OnnxModels.Gather().ToBytes(), TestDevice.Configure));
        var client = host.Services.GetRequiredKeyedService<IInferenceClient>("gather");

        var calls = Enumerable.Range(0, 64).Select(async i =>
        {
            var request = new InferenceRequest();
            request.Inputs["index"] = InferenceTensor.Create([i == 13 ? 99L : i % 8], 1);
            using var response = await client.InferAsync(request, Stopping);
            return response["value"].ToArray<float>()[0];
        }).ToList();
        for (var i = 0; i < calls.Count; i++)
        {
            if (i == 13 && !TestDevice.IsCpu)
            {
                // Kernels of devices do not look at indices; what counts is that its neighbours get their own.
                await calls[i];
            }
            else if (i == 13)
            {
                var error = await Assert.ThrowsAsync<InferenceException>(() => calls[i]);
                Assert.Contains("index", error.Message);
                Assert.DoesNotContain("idx=99", error.Message);
            }
            else
            {
                Assert.Equal(i % 8 * 10f, await calls[i]);
            }
        }

        await host.StopAsync(Stopping);
    }

    [Fact]
    public async Task Start_FolderMissing_LeavesTheHostUpAndSaysWhyWithoutThePath()
    {
        using var folder = new TestFolder();
        var logger = new ListLogger();
        using var host = await StartAsync(folder.FullPath, services => services.AddModel("pets").UseOnnxRuntime("models/pets", TestDevice.Configure), logger);

        var error = await Assert.ThrowsAsync<InferenceException>(
            () => host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync("pets", Stopping));

        Assert.Equal(InferenceErrorCode.NotReady, error.Code);
        Assert.Contains("does not exist", error.Message);
        Assert.DoesNotContain(folder.FullPath, error.Message);
        Assert.Contains(folder.File("models", "pets"), logger.TextOf("OnnxModelLoadFailed"));
        await host.StopAsync(Stopping);
    }

    private static async Task<IHost> StartAsync(string? contentRoot, Action<IServiceCollection> register, ILogger? logger = null)
    {
        TestDevice.Require();
        var builder = Host.CreateEmptyApplicationBuilder(new() { ContentRootPath = contentRoot });
        if (logger is not null)
        {
            builder.Services.AddSingleton<ILoggerProvider>(new OneLogger(logger));
        }

        register(builder.Services);
        var host = builder.Build();
        await host.StartAsync(Stopping);
        if (logger is null)
        {
            await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync(cancellationToken: Stopping);
        }

        return host;
    }

    private sealed class OneLogger(ILogger logger) : ILoggerProvider
    {
        public ILogger CreateLogger(string categoryName) => logger;

        public void Dispose()
        {
            // The test keeps the logger.
        }
    }
}
