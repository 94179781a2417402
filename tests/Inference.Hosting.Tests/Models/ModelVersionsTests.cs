// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Models;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Models;

public sealed class ModelVersionsTests
{
    [Fact]
    public async Task Unload_OfTheLatestVersion_NeverRefusesCallersThatNameNone()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a")
            .AddVersion("1", version => version.UseBackend(_ => new FakeBackend()))
            .AddVersion("2", version => version.UseBackend(_ => new FakeBackend())));
        var models = ((ModelCatalog)host.Catalog).GetHost("a");
        var (refused, isOver) = (0, false);

        // The moment between two writes of an unload is met by somebody who does nothing but enter.
        var caller = new Thread(() =>
        {
            while (!Volatile.Read(ref isOver))
            {
                var entered = models.TryEnter(null);
                refused += entered is null ? 1 : 0;
                entered?.Exit();
            }
        });
        caller.Start();
        for (var i = 0; i < 500; i++)
        {
            await host.Catalog.UnloadAsync("a", "2").WaitAsync(ModelTestHost.Patience);
            await host.Catalog.LoadAsync("a", "2").WaitAsync(ModelTestHost.Patience);
        }

        Volatile.Write(ref isOver, true);
        caller.Join();
        Assert.Equal(0, refused);
    }

    [Fact]
    public async Task Infer_WithoutVersion_GetsTheLatestByValue()
    {
        await using var host = await ModelTestHost.ReadyAsync(Versions("9", "10", "2.5"));

        Assert.Equal("10", await AnswerAsync(host, new InferenceRequest()));
        Assert.Equal(["2.5", "9", "10"], Assert.Single(host.Catalog.Models).Versions.Select(version => version.Version));
    }

    [Fact]
    public async Task Infer_PinnedByRequestOrContext_GetsThatVersion()
    {
        await using var host = await ModelTestHost.ReadyAsync(Versions("1", "2", "3"));

        using (InferenceContext.Use(new InferenceContext { Version = "2" }))
        {
            Assert.Equal("2", await AnswerAsync(host, new InferenceRequest()));
            Assert.Equal("1", await AnswerAsync(host, new InferenceRequest { Version = "1" }));
            using var lease = await host.Client("a").AcquireAsync();
            Assert.Equal("2", lease.Version);
        }

        Assert.Equal("3", await AnswerAsync(host, new InferenceRequest()));
    }

    [Fact]
    public async Task Infer_PinForAnotherModel_DoesNotReachThisOne()
    {
        await using var host = await ModelTestHost.ReadyAsync(Versions("1"));

        using (InferenceContext.Use(new InferenceContext { Version = "7", VersionModel = "other" }))
        {
            Assert.Equal("1", await AnswerAsync(host, new InferenceRequest()));
        }

        using (InferenceContext.Use(new InferenceContext { Version = "7", VersionModel = "a" }))
        {
            await Assert.ThrowsAsync<InferenceException>(() => AnswerAsync(host, new InferenceRequest()));
        }
    }

    [Fact]
    public async Task Infer_UnknownVersion_IsNotFoundAndListsThoseThereAre()
    {
        await using var host = await ModelTestHost.ReadyAsync(Versions("1", "2"));

        var fault = await Assert.ThrowsAsync<InferenceException>(() => AnswerAsync(host, new InferenceRequest { Version = "3" }));

        Assert.Equal(InferenceErrorCode.NotFound, fault.Code);
        Assert.Contains("no version '3'. It has: 1, 2.", fault.Message, StringComparison.Ordinal);
        Assert.Equal(InferenceErrorCode.NotFound, Assert.Throws<InferenceException>(() => host.Catalog.GetClient("b")).Code);
    }

    [Fact]
    public async Task Infer_LatestStillLoading_IsServedByTheOneBefore()
    {
        var second = new FakeBackend();
        second.LoadGate.Close();
        await using var host = await ModelTestHost.StartAsync(services => services.AddModel("a")
            .AddVersion("1", version => version.UseBackend(_ => Named("1")))
            .AddVersion("2", version => version.UseBackend(_ => second)));
        await host.WaitForAsync("a", version => version.State == ModelState.Ready);

        Assert.Equal("1", await AnswerAsync(host, new InferenceRequest()));
        Assert.Equal("1", Assert.Single(host.Catalog.Models).Default?.Version);

        second.LoadGate.Open();
        await host.WaitForAsync("a", version => version.State == ModelState.Ready, "2");
        Assert.Equal("2", Assert.Single(host.Catalog.Models).Default?.Version);
    }

    [Fact]
    public async Task Infer_LatestUnavailable_IsServedByTheOneBefore()
    {
        var second = new FakeBackend(_ => Named("2", "2"));
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a")
            .AddVersion("1", version => version.UseBackend(_ => Named("1")))
            .AddVersion("2", version => version.UseBackend(_ => second)));

        second.Unavailable = "The device is lost.";

        Assert.Equal("1", await AnswerAsync(host, new InferenceRequest()));
        var model = Assert.Single(host.Catalog.Models);
        Assert.Equal(("1", ModelState.Failed, "The device is lost."), (model.Default?.Version, model.Versions[1].State, model.Versions[1].Reason));
        second.Unavailable = null;
        Assert.Equal("2", await AnswerAsync(host, new InferenceRequest()));
    }

    [Fact]
    public async Task Infer_OnlyVersionUnavailable_SaysWhy()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel("a").UseBackend(_ => backend));
        backend.Unavailable = "The device is lost.";

        var fault = await Assert.ThrowsAsync<InferenceException>(() => AnswerAsync(host, new InferenceRequest()));

        Assert.Equal((InferenceErrorCode.NotReady, "The device is lost."), (fault.Code, fault.Message));
        Assert.False(Assert.Single(host.Catalog.Models).IsReady);
    }

    private static Action<IServiceCollection> Versions(params string[] versions) => services =>
    {
        var model = services.AddModel("a");
        foreach (var name in versions)
        {
            model.AddVersion(name, version => version.UseBackend(_ => Named(name)));
        }
    };

    private static FakeBackend Named(string version) => new(_ => Named(version, version));

    private static InferenceResponse Named(string version, string text)
        => new(new TensorCollection { { "version", InferenceTensor.FromStrings([text]) } }, new InferenceTiming { Version = version });

    private static async Task<string> AnswerAsync(ModelTestHost host, InferenceRequest request)
    {
        using var response = await host.Client("a").InferAsync(request).AsTask().WaitAsync(ModelTestHost.Patience);
        return response["version"].ToStrings()[0];
    }
}
