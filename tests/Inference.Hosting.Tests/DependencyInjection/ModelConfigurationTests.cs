// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Models;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Tests.DependencyInjection;

public sealed class ModelConfigurationTests
{
    [Fact]
    public async Task Options_CodeAndConfiguration_ConfigurationWins()
    {
        await using var host = await ModelTestHost.ReadyAsync(
            services => services.AddModel("a").UseBackend(_ => new FakeBackend())
                .WithBatching(options => (options.MaxBatchSize, options.Instances) = (4, 2)),
            ("a:Batching:MaxBatchSize", "16"));

        var options = Batching(host).Get("a");

        Assert.Equal((16, 2), (options.MaxBatchSize, options.Instances));
    }

    [Fact]
    public async Task Options_OfAVersion_StandOverTheModelsOwn()
    {
        await using var host = await ModelTestHost.ReadyAsync(
            services => services.AddModel("a").WithBatching(options => options.MaxBatchSize = 4)
                .AddVersion("1", version => version.UseBackend(_ => new FakeBackend()))
                .AddVersion("2", version => version.UseBackend(_ => new FakeBackend()).WithBatching(options => options.MaxBatchSize = 8))
                .AddVersion("3", version => version.UseBackend(_ => new FakeBackend())),
            ("a:Versions:3:Batching:MaxBatchSize", "32"));

        var options = Batching(host);

        Assert.Equal(4, options.Get("a@1").MaxBatchSize);
        Assert.Equal(8, options.Get("a@2").MaxBatchSize);
        Assert.Equal(32, options.Get("a@3").MaxBatchSize);
    }

    [Theory]
    [InlineData("b:Batching:MaxBatchSize", "1", "no model 'b' is registered")]
    [InlineData("a:Batchign:MaxBatchSize", "1", "Inference:Models:a:Batchign: unknown key. Known here:")]
    [InlineData("a:Batching:MaxBatch", "1", "Inference:Models:a:Batching:MaxBatch: unknown key. Known here:")]
    [InlineData("a:Versions:2:Batching:MaxBatchSize", "1", "no version '2' is added")]
    [InlineData("a:LoadTimeout", "0", "Inference:Models:a:LoadTimeout is 00:00:00: use 00:00:00.1000000 to 1.00:00:00")]
    [InlineData("a:Batching:MaxBatchSize", "many", "'many' at 'Inference:Models:a:Batching:MaxBatchSize'")]
    public async Task Start_WrongSetting_FailsAndNamesKeyValueAndMend(string key, string value, string expected)
    {
        var host = ModelTestHost.Create(services => services.AddModel("a").UseBackend(_ => new FakeBackend()), (key, value));

        var fault = await Assert.ThrowsAsync<OptionsValidationException>(() => host.Host.StartAsync());

        Assert.Contains(expected, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reload_ValidSetting_IsInForceAtOnce()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => new FakeBackend()));

        host.Set("a:Batching:MaxBatchSize", "3");

        Assert.Equal(3, Batching(host).Get("a").MaxBatchSize);
    }

    [Theory]
    [InlineData("a:DrainTimeout", "-1")]
    [InlineData("a:DrainTimeout", "soon")]
    public async Task Reload_InvalidSetting_IsLoggedAndTheFormerStays(string key, string value)
    {
        await using var host = await ModelTestHost.ReadyAsync(
            services => services.AddModel("a").UseBackend(_ => new FakeBackend()), ("a:DrainTimeout", "00:00:07"));

        host.Set(key, value);

        var options = host.Services.GetRequiredService<IOptionsMonitor<ModelOptions>>();
        Assert.Equal(TimeSpan.FromSeconds(7), options.Get("a").DrainTimeout);
        Assert.Contains("DrainTimeout", Assert.Single(host.Log.Messages("OptionsRejected")), StringComparison.Ordinal);
        host.Set(key, "00:00:09");
        Assert.Equal(TimeSpan.FromSeconds(9), options.Get("a").DrainTimeout);
    }

    [Fact]
    public async Task Services_WithoutConfiguration_Work()
    {
        var services = new ServiceCollection();
        services.AddModel("a").UseBackend(_ => new FakeBackend());
        await using var provider = services.BuildServiceProvider();
        var hosted = provider.GetServices<IHostedService>().ToList();
        foreach (var service in hosted)
        {
            await service.StartAsync(CancellationToken.None);
        }

        using var response = await provider.GetRequiredKeyedService<IInferenceClient>("a").InferAsync(new InferenceRequest());

        foreach (var service in hosted)
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    private static IOptionsMonitor<BatchingOptions> Batching(ModelTestHost host)
        => host.Services.GetRequiredService<IOptionsMonitor<BatchingOptions>>();
}
