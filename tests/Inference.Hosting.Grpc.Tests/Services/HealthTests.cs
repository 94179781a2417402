// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Grpc.Protos.Health;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using ServingStatus = Inference.Hosting.Grpc.Protos.Health.HealthCheckResponse.Types.ServingStatus;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>grpc.health.v1.</summary>
public sealed class HealthTests
{
    [Fact]
    public async Task V40_Check_SaysWhetherServerAndModelServe()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var app = await GrpcApp.StartAsync(
            services =>
            {
                services.AddModel("loading").UseBackend(_ => backend);
                services.AddModel("ready").UseBackend(_ => new FakeBackend());
            },
            isReady: false);
        await app.Catalog.WaitUntilReadyAsync("ready").WaitAsync(GrpcApp.Patience);

        Assert.Equal(ServingStatus.NotServing, await CheckAsync(""));
        Assert.Equal(ServingStatus.NotServing, await CheckAsync("loading"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("ready"));
        backend.LoadGate.Open();
        await app.Catalog.WaitUntilReadyAsync().WaitAsync(GrpcApp.Patience);
        Assert.Equal(ServingStatus.Serving, await CheckAsync(""));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("loading"));
        Assert.Equal(ServingStatus.Serving, await CheckAsync("inference.GRPCInferenceService"));
        Assert.Equal(StatusCode.NotFound, (await GrpcApp.FailAsync(app.Health.CheckAsync(new HealthCheckRequest { Service = "nobody" }))).StatusCode);

        async Task<ServingStatus> CheckAsync(string service)
            => (await app.Health.CheckAsync(new HealthCheckRequest { Service = service })).Status;
    }

    [Fact]
    public async Task V40_Watch_TellsEveryChangeOnce()
    {
        var backend = new FakeBackend();
        var time = new FakeTimeProvider();
        await using var app = await GrpcApp.StartAsync(
            services =>
            {
                services.AddSingleton<TimeProvider>(time);
                services.AddModel("m").UseBackend(_ => backend);
            },
            kestrel: true);
        using var server = app.Health.Watch(new HealthCheckRequest());
        using var model = app.Health.Watch(new HealthCheckRequest { Service = "m" });
        using var nobody = app.Health.Watch(new HealthCheckRequest { Service = "nobody" });

        Assert.Equal(ServingStatus.Serving, await NextAsync(server));
        Assert.Equal(ServingStatus.Serving, await NextAsync(model));
        Assert.Equal(ServingStatus.ServiceUnknown, await NextAsync(nobody));
        backend.Unavailable = "The device was lost.";
        Assert.Equal(ServingStatus.NotServing, await NextAsync(model));
        Assert.Equal(ServingStatus.NotServing, await NextAsync(server));
        backend.Unavailable = null;
        Assert.Equal(ServingStatus.Serving, await NextAsync(model));

        async Task<ServingStatus> NextAsync(AsyncServerStreamingCall<HealthCheckResponse> watch)
        {
            var next = watch.ResponseStream.MoveNext();
            while (!next.IsCompleted)
            {
                time.Advance(TimeSpan.FromSeconds(1));
                await Task.Yield();
            }

            Assert.True(await next);
            return watch.ResponseStream.Current.Status;
        }
    }

    [Fact]
    public async Task Check_AppThatMapsHealthItself_IsAnsweredByTheApp()
    {
        await using var app = await GrpcApp.StartAsync(
            services => services.AddModel("m").UseBackend(_ => new FakeBackend()),
            map: app =>
            {
                app.MapInference();
                app.MapPost("/grpc.health.v1.Health/Check", () => Results.StatusCode(StatusCodes.Status418ImATeapot));
            });

        var exception = await GrpcApp.FailAsync(app.Health.CheckAsync(new HealthCheckRequest()));

        Assert.Contains("418", exception.Status.Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Watch_HostStops_TellsItAndEnds()
    {
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => new FakeBackend()));
        using var watch = app.Health.Watch(new HealthCheckRequest());
        Assert.True(await watch.ResponseStream.MoveNext());

        // Read before it comes: the end of the call, which follows at once, takes with it what nobody has read yet.
        var next = watch.ResponseStream.MoveNext();
        var stopping = app.StopAsync();

        Assert.True(await next.WaitAsync(GrpcApp.Patience));
        Assert.Equal(ServingStatus.NotServing, watch.ResponseStream.Current.Status);
        var exception = await Assert.ThrowsAsync<RpcException>(() => watch.ResponseStream.MoveNext().WaitAsync(GrpcApp.Patience));
        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        await stopping.WaitAsync(GrpcApp.Patience);
    }
}
