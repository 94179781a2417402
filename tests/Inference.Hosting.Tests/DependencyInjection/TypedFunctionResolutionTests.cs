// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Tests.DependencyInjection;

public sealed class TypedFunctionResolutionTests
{
    [Fact]
    public async Task AddModel_Capability_IsKeyedAndAfterAsDefaultUnkeyed()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<IBatchFunction<string, int>>("lengths").UseFunction<string, int>(Lengths).AsDefault();
            services.AddModel("plain").UseFunction<string, int>(Lengths);
        });

        Assert.Equal(3, await host.Services.GetRequiredService<IBatchFunction<string, int>>().InvokeAsync("abc"));
        Assert.Equal(2, await host.Services.GetRequiredKeyedService<IBatchFunction<string, int>>("lengths").InvokeAsync("ab"));
        Assert.Equal(1, await host.Services.GetRequiredKeyedService<IBatchFunction<string, int>>("plain").InvokeAsync("a"));
        Assert.NotNull(host.Catalog.GetCapability<IBatchFunction<string, int>>("plain"));
    }

    [Fact]
    public async Task AddModel_ClassThatTakesAFunction_GetsThatOfItsModelAndThatOfAnother()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<Ranker>("ranker").UseFunction<string, int>(Lengths);
            services.AddModel<IBatchFunction<int, int>>("doubles").UseFunction(
                (IReadOnlyList<int> items, CancellationToken _) => items.Select(item => 2 * item).ToArray());
        });

        Assert.Equal(6, await host.Services.GetRequiredService<Ranker>().RankAsync("abc"));
    }

    [Fact]
    public async Task Start_OtherTypesThanTheFunction_FailsNamingModelAndMend()
    {
        await using var host = ModelTestHost.Create(services =>
            services.AddModel<IBatchFunction<string, double>>("lengths").UseFunction<string, int>(Lengths));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.Host.StartAsync());

        Assert.Contains(
            "Nothing provides IBatchFunction<String, Double> for model 'lengths'. Its function is an IBatchFunction<String, Int32>: use the same types",
            exception.Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_ClassTakesOtherTypes_FailsNamingModelAndMend()
    {
        await using var host = ModelTestHost.Create(services =>
        {
            services.AddModel<Ranker>("ranker").UseFunction((IReadOnlyList<string> items, CancellationToken _) => new double[items.Count]);
            services.AddModel<IBatchFunction<int, int>>("doubles").UseFunction((IReadOnlyList<int> items, CancellationToken _) => items);
        });

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Host.StartAsync());

        Assert.Contains("'lengths' (IBatchFunction<String, Int32>) of Ranker, the class of model 'ranker'", exception.Message, StringComparison.Ordinal);
        Assert.Contains("Its function is an IBatchFunction<String, Double>", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_VersionsOfOtherTypes_Fails()
    {
        await using var host = ModelTestHost.Create(services => services.AddModel<IBatchFunction<string, int>>("lengths")
            .UseFunction<string, int>(Lengths)
            .AddVersion("2", version => version.UseFunction((IReadOnlyList<string> items, CancellationToken _) => new double[items.Count])));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(() => host.Host.StartAsync());

        Assert.Contains("Version '2' of model 'lengths' is an IBatchFunction<String, Double>, but version '1'", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task InvokeAsync_TwoVersions_TakesTheLatestOrThePinned()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<IBatchFunction<string, int>>("lengths")
            .UseFunction<string, int>(Lengths)
            .AddVersion("2", version => version.UseFunction(
                (IReadOnlyList<string> items, CancellationToken _) => items.Select(item => 100 * item.Length).ToArray())));
        var function = host.Services.GetRequiredKeyedService<IBatchFunction<string, int>>("lengths");

        Assert.Equal(300, await function.InvokeAsync("abc"));
        using (InferenceContext.Use(new InferenceContext { Version = "1" }))
        {
            Assert.Equal([3, 1], await function.InvokeManyAsync(["abc", "d"]));
        }
    }

    [Fact]
    public async Task InferAsync_TypedFunction_SaysThatItTakesNoTensors()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("lengths").UseFunction<string, int>(Lengths));

        var exception = await Assert.ThrowsAsync<InferenceException>(async () => await host.Client("lengths").InferAsync(new InferenceRequest()));

        Assert.Equal(InferenceErrorCode.Unsupported, exception.Code);
    }

    private static Task<IReadOnlyList<int>> Lengths(IReadOnlyList<string> items, CancellationToken cancellationToken)
        => Task.FromResult<IReadOnlyList<int>>([.. items.Select(item => item.Length)]);

    private sealed class Ranker(
        IBatchFunction<string, int> lengths, [FromKeyedServices("doubles")] IBatchFunction<int, int> doubles)
    {
        public async Task<int> RankAsync(string text) => await doubles.InvokeAsync(await lengths.InvokeAsync(text));
    }
}
