// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.Tests.Models;

public sealed class ModelLoadingTests
{
    [Fact]
    public async Task Start_ModelThatLoadsForLong_DoesNotWaitForIt()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));

        var loading = await host.WaitForAsync("a", version => version.State == ModelState.Loading);
        backend.LoadGate.Open();
        await host.Catalog.WaitUntilReadyAsync("a").WaitAsync(ModelTestHost.Patience);

        Assert.Equal("The model is loading.", loading.Reason);
    }

    [Fact]
    public async Task Load_Blocking_IsOffTheThreadsOfRequests()
    {
        var isPoolThread = true;
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a")
            .UseBackend(_ => backend).WithAsset(_ => (isPoolThread = Thread.CurrentThread.IsThreadPoolThread) ? "" : "text"));

        Assert.False(isPoolThread);
    }

    [Fact]
    public async Task Infer_WhileLoading_WaitsForTheModel()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));

        var call = host.Client("a").InferAsync(new InferenceRequest()).AsTask();
        Assert.False(call.IsCompleted);
        backend.LoadGate.Open();

        using var response = await call.WaitAsync(ModelTestHost.Patience);
        Assert.Equal(1, backend.CallCount);
    }

    [Fact]
    public async Task Infer_WhileLoading_EndsWithItsToken()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));
        using var leaving = new CancellationTokenSource();

        var call = host.Client("a").InferAsync(new InferenceRequest(), leaving.Token).AsTask();
        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(ModelTestHost.Patience));
        Assert.Equal(0, backend.CallCount);
    }

    [Fact]
    public async Task Infer_WhileLoading_EndsAtItsDeadline()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));

        var call = host.Client("a").InferAsync(
            new InferenceRequest { Deadline = host.Time.GetUtcNow() + TimeSpan.FromSeconds(2) }).AsTask();
        host.Time.Advance(TimeSpan.FromSeconds(1.9));
        Assert.False(call.IsCompleted);
        host.Time.Advance(TimeSpan.FromSeconds(0.2));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => call.WaitAsync(ModelTestHost.Patience));
        Assert.Equal(InferenceErrorCode.DeadlineExceeded, fault.Code);
    }

    [Fact]
    public async Task Infer_WhileLoadingAndRejecting_IsNotReadyAtOnce()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));

        var fault = await FaultAsync(host, new InferenceRequest { Overflow = InferenceOverflow.Reject });

        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), fault.RetryAfter);
        Assert.Contains("version '1' is not ready (Loading)", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Load_Failing_LeavesTheAppUpAndIsRetriedWithDoublingDelay()
    {
        var backend = new FakeBackend();
        backend.FailLoads(4);
        await using var host = await ModelTestHost.StartAsync(
            services => services.AddModel("a").UseBackend(_ => backend), ("a:RetryDelay", "00:00:01"), ("a:MaxRetryDelay", "00:00:03"));

        foreach (var (loads, seconds) in ((int, double)[])[(1, 1), (2, 2), (3, 3), (4, 3)])
        {
            var failed = await host.WaitForAsync("a", version => version.State == ModelState.Failed && backend.LoadCount == loads);
            Assert.Equal(TimeSpan.FromSeconds(seconds), failed.RetryAfter);
            host.Time.Advance(TimeSpan.FromSeconds(seconds - 0.1));
            var fault = await FaultAsync(host, new InferenceRequest());
            Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
            Assert.Contains("The fake was told to fail.", fault.Message, StringComparison.Ordinal);
            Assert.Equal(TimeSpan.FromSeconds(0.1), fault.RetryAfter);
            Assert.Equal(loads, backend.LoadCount);
            host.Time.Advance(TimeSpan.FromSeconds(0.1));
        }

        await host.WaitForAsync("a", version => version.State == ModelState.Ready);
        Assert.Equal(5, backend.LoadCount);
        Assert.Single(host.Log.Messages("StartedWithoutModel"));
        Assert.Equal(4, host.Log.Messages("ModelLoadFailed").Count());
    }

    [Fact]
    public async Task Load_FailingForEverWithLongDelays_KeepsTheLongestPause()
    {
        var backend = new FakeBackend();
        backend.FailLoads(int.MaxValue);
        await using var host = await ModelTestHost.StartAsync(
            services => services.AddModel("a").UseBackend(_ => backend), ("a:RetryDelay", "1.00:00:00"), ("a:MaxRetryDelay", "1.00:00:00"));

        for (var loads = 1; loads <= 40; loads++)
        {
            var failed = await host.WaitForAsync("a", version => version.State == ModelState.Failed && backend.LoadCount == loads);
            Assert.Equal(TimeSpan.FromDays(1), failed.RetryAfter);
            host.Time.Advance(TimeSpan.FromDays(1));
        }
    }

    [Fact]
    public async Task Load_FailingWithAForeignException_TellsClientsOnlyItsKind()
    {
        var backend = new FakeBackend { LoadFailure = new InvalidDataException("/secret/path") };
        backend.FailLoads(1);
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));

        var failed = await host.WaitForAsync("a", version => version.State == ModelState.Failed);

        Assert.Equal("Loading failed with InvalidDataException; the server's log says more.", failed.Reason);
    }

    [Fact]
    public async Task WaitUntilReady_LoadThatFails_SaysWhy()
    {
        var backend = new FakeBackend();
        backend.FailLoads(1);
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));

        var fault = await Assert.ThrowsAsync<InferenceException>(
            () => host.Catalog.WaitUntilReadyAsync().WaitAsync(ModelTestHost.Patience));

        Assert.Contains("The fake was told to fail.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Required_LoadThatFails_StopsTheHostAndUnloadsTheOthers()
    {
        var (good, bad) = (new FakeBackend(), new FakeBackend());
        bad.FailLoads(1);
        bad.LoadGate.Close();
        var host = ModelTestHost.Create(services =>
        {
            services.AddModel("good").UseBackend(_ => good);
            services.AddModel("bad").UseBackend(_ => bad).Required();
        });

        var start = host.Host.StartAsync();
        await host.WaitForAsync("good", version => version.State == ModelState.Ready);
        bad.LoadGate.Open();
        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => start.WaitAsync(ModelTestHost.Patience));

        Assert.Contains("required model 'bad' could not be loaded", fault.Message, StringComparison.Ordinal);
        Assert.Equal(1, good.DisposeCount);
    }

    [Fact]
    public async Task LoadTimeout_LoadThatTakesLonger_FailsAndNamesTheOption()
    {
        var backend = new FakeBackend();
        backend.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(
            services => services.AddModel("a").UseBackend(_ => backend), ("a:LoadTimeout", "00:00:05"));
        await backend.LoadGate.ArrivedAsync(1).WaitAsync(ModelTestHost.Patience);

        host.Time.Advance(TimeSpan.FromSeconds(5));

        var failed = await host.WaitForAsync("a", version => version.State == ModelState.Failed);
        Assert.Contains("longer than 00:00:05", failed.Reason, StringComparison.Ordinal);
        Assert.Contains("Inference:Models:a:LoadTimeout", failed.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task LoadAtStart_False_LoadsOnlyWhenAsked()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.StartAsync(
            services => services.AddModel("a").UseBackend(_ => backend), ("a:LoadAtStart", "false"));

        var fault = await FaultAsync(host, new InferenceRequest());
        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        Assert.Equal(0, backend.LoadCount);

        await host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience);
        using var response = await host.Client("a").InferAsync(new InferenceRequest());
    }

    [Fact]
    public async Task Unload_WhileARetryIsDue_StaysUnloaded()
    {
        var backend = new FakeBackend();
        backend.FailLoads(1);
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a").UseBackend(_ => backend));
        await host.WaitForAsync("a", version => version.State == ModelState.Failed);

        await host.Catalog.UnloadAsync("a").WaitAsync(ModelTestHost.Patience);
        host.Time.Advance(TimeSpan.FromMinutes(10));

        Assert.Equal(1, backend.LoadCount);
        Assert.Equal(ModelState.Unloaded, Assert.Single(Assert.Single(host.Catalog.Models).Versions).State);
    }

    [Fact]
    public async Task WithAsset_ThatIsDisposable_LivesAsLongAsItsVersion()
    {
        var assets = new List<CountingAsset>();
        var backend = new FakeBackend { Files = ModelFiles.FromBytes("labels.txt", "cat"u8.ToArray()) };
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend)
            .WithAsset(files =>
            {
                using var reader = new StreamReader(files.OpenRead("labels.txt"));
                var asset = new CountingAsset(reader.ReadToEnd());
                assets.Add(asset);
                return asset;
            }));
        using (var lease = await host.Client("a").AcquireAsync())
        {
            Assert.Equal("cat", lease.GetAsset<CountingAsset>().Text);
            Assert.Throws<InvalidOperationException>(() => lease.GetAsset<string>());
        }

        await host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience);
        backend.FailLoads(1);
        await Assert.ThrowsAsync<InferenceException>(() => host.Catalog.LoadAsync("a").WaitAsync(ModelTestHost.Patience));

        Assert.Equal([1, 0, 1], assets.Select(asset => asset.Disposals));
    }

    private static Task<InferenceException> FaultAsync(ModelTestHost host, InferenceRequest request)
        => Assert.ThrowsAsync<InferenceException>(
            () => host.Client("a").InferAsync(request).AsTask().WaitAsync(ModelTestHost.Patience));

    private sealed class CountingAsset(string text) : IDisposable
    {
        public string Text => text;

        public int Disposals { get; private set; }

        public void Dispose() => Disposals++;
    }
}
