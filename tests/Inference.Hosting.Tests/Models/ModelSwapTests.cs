// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.Tests.Models;

public sealed class ModelSwapTests
{
    [Fact]
    public async Task Reload_UnderLoad_LosesNoRequest()
    {
        var backend = new FakeBackend(async (_, cancellationToken) =>
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            return new InferenceResponse([]);
        });
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        using var enough = new CancellationTokenSource();
        var client = host.Client("a");

        var callers = Enumerable.Range(0, 8).Select(_ => CallUntilAsync(client, enough.Token)).ToList();
        for (var i = 0; i < 50; i++)
        {
            await host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience);
        }

        await enough.CancelAsync();
        var answered = await Task.WhenAll(callers).WaitAsync(ModelTestHost.Patience);
        Assert.All(answered, count => Assert.True(count > 0));
        Assert.Equal((51, 50, 0), (backend.LoadCount, backend.DisposeCount, backend.ActiveCalls));
    }

    [Fact]
    public async Task Reload_ThatFails_KeepsTheOldAndSaysWhy()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        backend.FailLoads(1);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience));

        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        var version = Assert.Single(Assert.Single(host.Catalog.Models).Versions);
        Assert.Equal((ModelState.Ready, 0), (version.State, backend.DisposeCount));
        Assert.Contains("last reload failed; the former instance serves. The fake was told to fail.", version.Reason, StringComparison.Ordinal);
        using var response = await host.Client("a").InferAsync(new InferenceRequest());
    }

    [Fact]
    public async Task Lease_AcrossASwap_KeepsItsVersionUntilDisposed()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        var lease = await host.Client("a").AcquireAsync();

        var reload = host.Catalog.LoadAsync("a");
        await host.WaitForAsync("a", _ => backend.LoadCount == 2);
        using (await lease.InferAsync(new InferenceRequest()))
        {
            Assert.Equal(0, backend.DisposeCount);
        }

        lease.Dispose();
        lease.Dispose();
        await reload.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, backend.DisposeCount);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => lease.InferAsync(new InferenceRequest()).AsTask());
    }

    [Fact]
    public async Task Unload_WithWorkUnderWay_FinishesItAndRefusesTheRest()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        backend.CallGate.Close();
        var accepted = host.Client("a").InferAsync(new InferenceRequest()).AsTask();
        await backend.CallGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        var unload = host.Catalog.UnloadAsync("a");
        await host.WaitForAsync("a", version => version.State == ModelState.Draining);
        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());
        Assert.Contains("(Draining): The model was unloaded.", fault.Message, StringComparison.Ordinal);
        Assert.False(unload.IsCompleted);
        backend.CallGate.Open();

        using var response = await accepted.WaitAsync(ModelTestHost.Patience);
        await unload.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, backend.DisposeCount);
        await host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience);
        using var again = await host.Client("a").InferAsync(new InferenceRequest());
    }

    [Fact]
    public async Task Unload_WorkThatOutlastsTheDrainTimeout_FailsWithNotReady()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(
            services => services.AddModel("a").UseBackend(_ => backend), ("a:DrainTimeout", "00:00:03"));
        backend.CallGate.Close();
        var accepted = host.Client("a").InferAsync(new InferenceRequest()).AsTask();
        await backend.CallGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        var unload = host.Catalog.UnloadAsync("a");
        host.Time.Advance(TimeSpan.FromSeconds(2.9));
        Assert.False(accepted.IsCompleted);
        host.Time.Advance(TimeSpan.FromSeconds(0.2));

        await unload.WaitAsync(ModelTestHost.Patience);
        var fault = await Assert.ThrowsAsync<InferenceException>(() => accepted.WaitAsync(ModelTestHost.Patience));
        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        Assert.Contains("1 users after the drain timeout of 3 s", Assert.Single(host.Log.Messages("ModelDrainTimeout")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Unload_BackendThatCannotFreeItself_IsLoggedAndTheVersionIsUnloaded()
    {
        var backend = new FakeBackend { DisposeFailure = new InvalidOperationException("stuck") };
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));

        await host.Catalog.UnloadAsync("a").WaitAsync(ModelTestHost.Patience);

        Assert.Equal(ModelState.Unloaded, Assert.Single(Assert.Single(host.Catalog.Models).Versions).State);
        Assert.Single(host.Log.Messages("ModelDisposeFailed"));
    }

    [Fact]
    public async Task Stop_WithWorkUnderWay_FinishesItAndRefusesTheRest()
    {
        var backend = new FakeBackend();
        var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        backend.CallGate.Close();
        var accepted = host.Client("a").InferAsync(new InferenceRequest()).AsTask();
        await backend.CallGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        var stop = host.Host.StopAsync();
        await host.WaitForAsync("a", version => version.State == ModelState.Draining);
        var fault = await Assert.ThrowsAsync<InferenceException>(() => host.Client("a").InferAsync(new InferenceRequest()).AsTask());
        Assert.Equal(("The server is shutting down.", InferenceErrorCode.NotReady), (fault.Message, fault.Code));
        backend.CallGate.Open();

        using var response = await accepted.WaitAsync(ModelTestHost.Patience);
        await stop.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, backend.DisposeCount);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Stop_OfAClassThatComposesModels_LetsItsCallUnderWayFinish()
    {
        var (first, second) = (new FakeBackend(), new FakeBackend());
        var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel("first").UseBackend(_ => first);
            services.AddModel("second").UseBackend(_ => second);
        });
        first.CallGate.Close();
        var composed = ComposeAsync();
        await first.CallGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        // What the host does before it waits for its server, which waits for the call.
        host.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
        Assert.All(host.Catalog.Models, model => Assert.False(model.IsReady));
        first.CallGate.Open();

        await composed.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, second.CallCount);
        await host.DisposeAsync();

        async Task ComposeAsync()
        {
            using var one = await host.Client("first").InferAsync(new InferenceRequest());
            using var two = await host.Client("second").InferAsync(new InferenceRequest());
        }
    }

    [Fact]
    public async Task Stop_Twice_EndsOnce()
    {
        var backend = new FakeBackend();
        var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        var service = host.Services.GetServices<IHostedService>().Single(service => service.GetType().Name == "ModelHostedService");

        await service.StopAsync(CancellationToken.None).WaitAsync(ModelTestHost.Patience);
        await service.StopAsync(CancellationToken.None).WaitAsync(ModelTestHost.Patience);
        await host.Host.StopAsync().WaitAsync(ModelTestHost.Patience);
        await host.DisposeAsync();

        Assert.Equal(1, backend.DisposeCount);
        Assert.DoesNotContain(host.Log.Entries, entry => entry.Level >= Microsoft.Extensions.Logging.LogLevel.Error);
    }

    [Fact]
    public async Task Load_AfterStop_IsNotReady()
    {
        var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => new FakeBackend()));
        var catalog = host.Catalog;
        await host.Host.StopAsync().WaitAsync(ModelTestHost.Patience);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience));

        Assert.Equal("The server is shutting down.", fault.Message);
        await host.DisposeAsync();
    }

    [Fact]
    public async Task Stop_WhileLoading_GivesUpLoading()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));
        await backend.LoadGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        await host.DisposeAsync();

        Assert.Equal(0, backend.DisposeCount);
        Assert.Empty(host.Log.Messages("ModelLoadFailed"));
    }

    private static async Task<int> CallUntilAsync(IInferenceClient client, CancellationToken enough)
    {
        var answered = 0;
        while (!enough.IsCancellationRequested)
        {
            using var response = await client.InferAsync(new InferenceRequest { Overflow = InferenceOverflow.Reject }, CancellationToken.None);
            answered++;
            await Task.Yield();
        }

        return answered;
    }
}
