// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Inference.Hosting.AspNetCore.Tests.Health;

public sealed class InferenceHealthCheckTests
{
    [Theory]
    [InlineData(ModelState.Ready, true, HealthStatus.Healthy)]
    [InlineData(ModelState.Loading, true, HealthStatus.Unhealthy)]
    [InlineData(ModelState.Failed, true, HealthStatus.Unhealthy)]
    [InlineData(ModelState.Unloaded, false, HealthStatus.Healthy)]
    public async Task Ready_FollowsTheModelsItWaitsFor(ModelState state, bool isAwaited, HealthStatus expected)
    {
        var model = TestModels.AddSub();
        var version = new ModelVersionInfo("1", state) { Reason = state == ModelState.Failed ? "The file is missing." : null };
        model.Info = new ModelInfo("addsub", [version]) { IsAwaited = isAwaited, Default = state == ModelState.Ready ? version : null };

        var report = await CheckAsync(model, registration => registration.Tags.Contains("ready"));

        var entry = Assert.Single(report.Entries);
        Assert.Equal("inference_ready", entry.Key);
        Assert.Equal(expected, entry.Value.Status);
        var text = (string)entry.Value.Data["addsub"];
        Assert.Contains(state.ToString(), text, StringComparison.Ordinal);
        Assert.Equal(state == ModelState.Failed, text.Contains("The file is missing.", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Ready_OnAFallbackDevice_IsDegradedAndSaysWhere()
    {
        var model = TestModels.AddSub();
        var version = new ModelVersionInfo("1", ModelState.Ready) { Metadata = model.Info.Default!.Metadata! with { RequestedDevices = ["cuda:0"] } };
        model.Info = new ModelInfo("addsub", [version]) { Default = version };

        var report = await CheckAsync(model, registration => registration.Tags.Contains("ready"));

        var entry = Assert.Single(report.Entries).Value;
        Assert.Equal(HealthStatus.Degraded, entry.Status);
        Assert.Equal("1 of 1 models are ready. On a fallback device: addsub.", entry.Description);
        Assert.Equal("version 1 Ready on cpu instead of cuda:0", entry.Data["addsub"]);
    }

    [Fact]
    public async Task Live_HoldsWhileModelsFail()
    {
        var model = TestModels.AddSub();
        model.Info = new ModelInfo("addsub", [new ModelVersionInfo("1", ModelState.Failed)]);

        var report = await CheckAsync(model, registration => registration.Tags.Contains("live"));

        Assert.Equal(HealthStatus.Healthy, Assert.Single(report.Entries).Value.Status);
    }

    [Fact]
    public async Task Ready_FailureStatus_IsTheApps()
    {
        var model = TestModels.AddSub();
        model.Info = new ModelInfo("addsub", [new ModelVersionInfo("1", ModelState.Failed)]);

        var report = await CheckAsync(model, _ => true, HealthStatus.Degraded);

        Assert.Equal(HealthStatus.Degraded, report.Status);
    }

    private static async Task<HealthReport> CheckAsync(
        FakeModel model, Func<HealthCheckRegistration, bool> which, HealthStatus failure = HealthStatus.Unhealthy)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton<IModelCatalog>(new FakeCatalog(model));
        services.AddHealthChecks().AddInference(failure);
        await using var provider = services.BuildServiceProvider();
        return await provider.GetRequiredService<HealthCheckService>().CheckHealthAsync(which);
    }
}
