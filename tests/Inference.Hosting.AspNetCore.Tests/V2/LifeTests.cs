// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Inference.Hosting.AspNetCore.Tests.V2;

/// <summary>What callers over HTTP see of loading, reloading, unloading and stopping.</summary>
public sealed class LifeTests
{
    private const string Infer = "/v2/models/addsub/infer";

    [Fact]
    public async Task Reload_UnderLoad_FailsNoRequest()
    {
        await using var app = await StartAsync();
        var catalog = app.Services.GetRequiredService<IModelCatalog>();
        using var stop = new CancellationTokenSource();
        var callers = Enumerable.Range(0, 8).Select(_ => CallUntilAsync(app, stop.Token)).ToArray();

        for (var i = 0; i < 5; i++)
        {
            await catalog.LoadAsync("addsub");
        }

        await stop.CancelAsync();
        var answered = await Task.WhenAll(callers).WaitAsync(TestApp.Patience);
        Assert.All(answered, count => Assert.True(count > 0));
    }

    [Fact]
    public async Task Stop_UnderLoad_AnswersEveryRequestThatReachedIt()
    {
        await using var app = await StartAsync(kestrel: true);
        var answered = 0;
        var callers = Enumerable.Range(0, 8).Select(async _ =>
        {
            while (true)
            {
                HttpResponseMessage response;
                try
                {
                    response = await app.PostAsync(Infer, TestModels.AddSubBody);
                }
                catch (HttpRequestException exception) when (exception.HttpRequestError is HttpRequestError.ConnectionError)
                {
                    // The port is closed: the request never left.
                    return;
                }
                catch (HttpRequestException exception) when (exception.InnerException is IOException)
                {
                    // A kept connection was closed before the request was sent on it.
                    return;
                }

                if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                {
                    Assert.NotEmpty(await TestApp.ErrorAsync(response, HttpStatusCode.ServiceUnavailable));
                    Assert.True(response.Headers.Contains("Retry-After"));
                    return;
                }

                await TestApp.JsonAsync(response);
                Interlocked.Increment(ref answered);
            }
        }).ToArray();
        SpinWait.SpinUntil(() => Volatile.Read(ref answered) > 20, TestApp.Patience);

        await app.Services.GetRequiredService<IHost>().StopAsync();

        await Task.WhenAll(callers).WaitAsync(TestApp.Patience);
        Assert.True(answered > 20);
    }

    [Fact]
    public async Task Unload_ThenLoad_Is503ThenServes()
    {
        await using var app = await StartAsync();
        var catalog = app.Services.GetRequiredService<IModelCatalog>();

        await catalog.UnloadAsync("addsub");
        var infer = await app.PostAsync(Infer, TestModels.AddSubBody);
        var ready = await app.GetAsync("/v2/models/addsub/ready");
        var server = await app.GetAsync("/v2/health/ready");
        await catalog.LoadAsync("addsub");

        Assert.Contains("unloaded", await TestApp.ErrorAsync(infer, HttpStatusCode.ServiceUnavailable), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.Equal(HttpStatusCode.OK, server.StatusCode);
        await TestApp.JsonAsync(await app.PostAsync(Infer, TestModels.AddSubBody));
    }

    [Fact]
    public async Task ModelThatCannotLoad_LeavesTheAppUpAndSaysWhy()
    {
        await using var app = await OnnxApp.StartAsync(
            services =>
            {
                services.AddModel("broken").UseOnnxRuntime([1, 2, 3]);
                services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes());
            },
            isReady: false);
        var catalog = app.Services.GetRequiredService<IModelCatalog>();
        await catalog.WaitUntilReadyAsync("addsub").WaitAsync(TestApp.Patience);
        await Assert.ThrowsAsync<InferenceException>(() => catalog.WaitUntilReadyAsync("broken").WaitAsync(TestApp.Patience));

        var error = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/broken/infer", "{}"), HttpStatusCode.ServiceUnavailable);
        var ready = await TestApp.JsonAsync(await app.GetAsync("/v2/health/ready"), HttpStatusCode.ServiceUnavailable);

        Assert.Contains("broken", error, StringComparison.Ordinal);
        Assert.Contains("broken", ready.GetProperty("error").GetString()!, StringComparison.Ordinal);
        await TestApp.JsonAsync(await app.PostAsync(Infer, TestModels.AddSubBody));
    }

    [Fact]
    public async Task Versions_EachHasItsRoute()
    {
        await using var app = await OnnxApp.StartAsync(services => services.AddModel("addsub")
            .AddVersion("1", version => version.UseOnnxRuntime(OnnxModels.AddSub().ToBytes()))
            .AddVersion("2", version => version.UseOnnxRuntime(OnnxModels.AddSub().ToBytes())));

        Assert.Equal("2", await VersionAsync(app, Infer));
        Assert.Equal("1", await VersionAsync(app, "/v2/models/addsub/versions/1/infer"));
        Assert.Equal(
            """["1","2"]""", (await TestApp.JsonAsync(await app.GetAsync("/v2/models/addsub/versions/1"))).GetProperty("versions").GetRawText());
    }

    [Fact]
    public async Task TwoApps_InOneProcess_ShareNothing()
    {
        await using var first = await StartAsync();
        await using (await StartAsync())
        {
        }

        await TestApp.JsonAsync(await first.PostAsync(Infer, TestModels.AddSubBody));
    }

    [Fact]
    public async Task FullQueue_Is429WithRetryAfterAtOnce()
    {
        await using var app = await OnnxApp.StartAsync(services => services.AddModel("addsub")
            .UseOnnxRuntime(OnnxModels.AddSub().ToBytes())
            .WithQueue(options => options.MaxQueuedRows = 1)

            // Nothing is learned, so that the cap is what is said below, however noisy the machine.
            .WithWarmup(options => options.Enabled = false)
            .WithBatching(options =>
            {
                // The first request waits for a second row, which the queue has no room for.
                (options.MaxBatchSize, options.MaxQueueDelay, options.MinGain, options.EfficiencyLoss) = (2, TimeSpan.FromSeconds(10), 0, 0);
            }));
        var catalog = app.Services.GetRequiredService<IModelCatalog>();
        var first = app.PostAsync(Infer, TestModels.AddSubBody);
        using var patience = new CancellationTokenSource(TestApp.Patience);
        while (catalog.Models[0].Default!.Load!.Value.QueuedRows == 0)
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }

        var second = await app.PostAsync(Infer, TestModels.AddSubBody);

        Assert.False(first.IsCompleted);
        Assert.NotEmpty(await TestApp.ErrorAsync(second, HttpStatusCode.TooManyRequests));
        Assert.True(int.Parse(Assert.Single(second.Headers.GetValues("Retry-After")), System.Globalization.CultureInfo.InvariantCulture) >= 1);
        app.Client.CancelPendingRequests();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
    }

    private static Task<TestApp> StartAsync(bool kestrel = false)
        => OnnxApp.StartAsync(services => services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes()), kestrel);

    private static async Task<int> CallUntilAsync(TestApp app, CancellationToken stopping)
    {
        var count = 0;
        do
        {
            await TestApp.JsonAsync(await app.PostAsync(Infer, TestModels.AddSubBody));
            count++;
        }
        while (!stopping.IsCancellationRequested);
        return count;
    }

    private static async Task<string> VersionAsync(TestApp app, string path)
        => (await TestApp.JsonAsync(await app.PostAsync(path, TestModels.AddSubBody))).GetProperty("model_version").GetString()!;
}
