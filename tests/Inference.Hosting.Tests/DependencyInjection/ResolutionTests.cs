// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Tests.DependencyInjection;

public sealed class ResolutionTests
{
    [Fact]
    public async Task AddModel_Class_IsKeyedByItsNameAndFoundByItsTypeAndInterfaces()
    {
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<Plain>().UseBackend(_ => new FakeBackend()));

        var plain = host.Services.GetRequiredService<Plain>();

        Assert.Equal("Plain", plain.Model);
        Assert.Same(plain, host.Services.GetRequiredKeyedService<Plain>("Plain"));
        Assert.Same(plain, host.Services.GetRequiredKeyedService<ITagger>("Plain"));
        Assert.Null(host.Services.GetService<ITagger>());
        Assert.Null(host.Services.GetService<IInferenceClient>());
        Assert.Null(host.Services.GetKeyedService<IDisposable>("Plain"));
    }

    [Fact]
    public async Task AsDefault_ClassWithInterfaces_IsFoundWithoutAKey()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<Plain>("a").UseBackend(_ => new FakeBackend());
            services.AddModel<Plain>("b").UseBackend(_ => new FakeBackend()).AsDefault();
        });

        Assert.Equal("b", host.Services.GetRequiredService<Plain>().Model);
        Assert.Equal("b", host.Services.GetRequiredService<ITagger>().Model);
        Assert.Equal("b", host.Services.GetRequiredService<IInferenceClient>().Model);
        Assert.Equal("a", host.Services.GetRequiredKeyedService<Plain>("a").Model);
    }

    [Fact]
    public async Task AddModel_TypeUnderTwoNames_UnkeyedNamesBoth()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<Plain>("a").UseBackend(_ => new FakeBackend());
            services.AddModel<Plain>("b").UseBackend(_ => new FakeBackend());
        });

        var fault = Assert.Throws<InvalidOperationException>(() => host.Services.GetRequiredService<Plain>());

        Assert.Contains("a, b", fault.Message, StringComparison.Ordinal);
        Assert.Contains("AsDefault()", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddModel_SameNameForAnotherType_Throws()
    {
        var services = new ServiceCollection();
        services.AddModel<Plain>("a");

        var fault = Assert.Throws<InvalidOperationException>(() => services.AddModel<Greedy>("a"));

        Assert.Contains("'a' is registered as Plain", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void AddModel_NameThatDiffersInCase_Throws()
    {
        var services = new ServiceCollection();
        services.AddModel("pets");

        var fault = Assert.Throws<InvalidOperationException>(() => services.AddModel("Pets"));

        Assert.Contains("'pets'", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("..")]
    [InlineData("a/b")]
    [InlineData("ä")]
    public void AddModel_BadName_Throws(string name)
        => Assert.Throws<ArgumentException>(() => new ServiceCollection().AddModel(name));

    [Fact]
    public async Task AddModel_SameNameAgain_GoesOnConfiguringIt()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<Plain>("a");
            services.AddModel<Plain>("a").UseBackend(_ => new FakeBackend());
            services.AddModel("a").WithAlias("org/a");
        });

        Assert.Single(host.Catalog.Models);
        Assert.Equal("a", host.Catalog.GetClient("org/a").Model);
    }

    [Fact]
    public async Task AddModel_AliasTakenByAnotherModel_FailsTheStart()
    {
        var host = ModelTestHost.Create(services =>
        {
            services.AddModel("a").UseBackend(_ => new FakeBackend());
            services.AddModel("b").UseBackend(_ => new FakeBackend()).WithAlias("a");
        });

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => host.Host.StartAsync());

        Assert.Contains("'a' of model 'b' is taken by model 'a'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddModel_AliasInCodeAndConfiguration_IsOneAlias()
    {
        await using var host = await ModelTestHost.ReadyAsync(
            services => services.AddModel("a").UseBackend(_ => new FakeBackend()).WithAlias("org/a"), ("a:Aliases:0", "org/a"));

        Assert.Equal(["org/a"], Assert.Single(host.Catalog.Models).Aliases);
    }

    [Fact]
    public async Task Dispose_ModelThatIsDisposable_IsDisposedByTheHost()
    {
        Plain plain;
        await using (var host = await ModelTestHost.ReadyAsync(services => services.AddModel<Plain>().UseBackend(_ => new FakeBackend())))
        {
            plain = host.Services.GetRequiredService<Plain>();
            Assert.False(plain.IsDisposed);
        }

        Assert.True(plain.IsDisposed);
    }

    [Fact]
    public async Task Constructor_OwnClientKeyedOthersNameAndDefaults_AreGiven()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<Plain>().UseBackend(_ => new FakeBackend());
            services.AddModel("other").UseBackend(_ => new FakeBackend());
            services.AddModel<Composed>("all");
            services.AddModel<Greedy>().UseBackend(_ => new FakeBackend());
        });

        Assert.Equal("Plain+other as all, 3", host.Services.GetRequiredService<Composed>().Description);
        Assert.Same(host.Time, host.Services.GetRequiredService<Greedy>().Time);
        Assert.Equal("Greedy", host.Services.GetRequiredService<Greedy>().Client.Model);
    }

    [Fact]
    public async Task CompositionOnly_Model_IsReadyAndTakesNoTensors()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddModel<Plain>().UseBackend(_ => new FakeBackend());
            services.AddModel("other").UseBackend(_ => new FakeBackend());
            services.AddModel<Composed>("all");
        });

        Assert.True(host.Catalog.TryGetModel("all", out var model));
        Assert.True(model.IsReady);
        var fault = await Assert.ThrowsAsync<InferenceException>(
            () => host.Client("all").InferAsync(new InferenceRequest()).AsTask());
        Assert.Equal(InferenceErrorCode.Unsupported, fault.Code);
    }

    [Fact]
    public async Task Constructor_ScopedDependency_FailsTheStartAndNamesTheParameter()
    {
        var fault = await StartFaultAsync<InvalidOperationException>(services =>
        {
            services.AddScoped<ScopedThing>();
            services.AddModel<NeedsScoped>().UseBackend(_ => new FakeBackend());
        });

        Assert.Contains("Parameter 'thing' (ScopedThing) of NeedsScoped", fault.Message, StringComparison.Ordinal);
        Assert.Contains("IServiceScopeFactory", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_MissingDependency_FailsTheStartAndNamesTheMend()
    {
        var fault = await StartFaultAsync<InvalidOperationException>(
            services => services.AddModel<NeedsMissing>().UseBackend(_ => new FakeBackend()));

        Assert.Contains("Parameter 'address' (Uri) of NeedsMissing", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Register it with the app's services.", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_ClientWithoutBackend_FailsTheStartAndNamesTheVerb()
    {
        var fault = await StartFaultAsync<InvalidOperationException>(services => services.AddModel<Plain>());

        Assert.Contains("'Plain' has no backend: call UseOnnxRuntime", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Constructor_CapabilityNobodyProvides_FailsTheStartAndNamesThePackage()
    {
        var fault = await StartFaultAsync<InvalidOperationException>(
            services => services.AddModel<NeedsReranker>().UseBackend(_ => new FakeBackend()));

        Assert.Contains("'reranker' (IReranker)", fault.Message, StringComparison.Ordinal);
        Assert.Contains("Inference.Hosting.Text", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddModel_CapabilityNobodyProvides_FailsTheStart()
    {
        var fault = await StartFaultAsync<OptionsValidationException>(
            services => services.AddChatModel("chat").UseBackend(_ => new FakeBackend()));

        Assert.Contains("Nothing provides IChatModel for model 'chat'", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddModel_WithoutBackend_FailsTheStart()
    {
        var fault = await StartFaultAsync<OptionsValidationException>(services => services.AddModel("a"));

        Assert.Contains("Model 'a' has no backend", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AddModel_CapabilityFromAFactory_IsKeyedAndDefaultOnlyWhenMarked()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddSingleton<ICapabilityFactory>(new EmbedderFactory("minilm"));
            services.AddEmbeddingModel("minilm").UseBackend(_ => new FakeBackend());
        });

        Assert.Equal("minilm", Assert.IsType<FakeEmbedder>(host.Services.GetRequiredKeyedService<IEmbeddingModel>("minilm")).Name);
        Assert.Same(
            host.Services.GetRequiredKeyedService<IEmbeddingModel>("minilm"), host.Catalog.GetCapability<IEmbeddingModel>("minilm"));
        Assert.Null(host.Services.GetService<IEmbeddingModel>());
        Assert.Null(host.Catalog.GetCapability<IChatModel>("minilm"));
    }

    [Fact]
    public async Task AsDefault_Capability_IsFoundWithoutAKey()
    {
        await using var host = await ModelTestHost.ReadyAsync(services =>
        {
            services.AddSingleton<ICapabilityFactory>(new EmbedderFactory("minilm"));
            services.AddEmbeddingModel("minilm").UseBackend(_ => new FakeBackend()).AsDefault();
        });

        Assert.Same(
            host.Services.GetRequiredKeyedService<IEmbeddingModel>("minilm"), host.Services.GetRequiredService<IEmbeddingModel>());
    }

    [Fact]
    public async Task GetCapability_ClassThatImplementsIt_IsTheClassAndNotTheRawClient()
    {
        var backend = new FakeBackend();
        await using var host = await ModelTestHost.ReadyAsync(services => services.AddModel<Wrapping>("w").UseBackend(_ => backend));

        var tensors = host.Catalog.GetCapability<ITensorModel>("w");
        using var response = await tensors!.InferAsync(new InferenceRequest { Inputs = { { "x", InferenceTensor.Create([1f], 1) } } });

        Assert.Same(host.Services.GetRequiredService<Wrapping>(), tensors);
        Assert.Equal(1, host.Services.GetRequiredService<Wrapping>().Calls);
        Assert.Equal(1, backend.CallCount);
    }

    [Fact]
    public async Task TwoHosts_InOneProcess_ShareNothing()
    {
        var (first, second) = (new FakeBackend(), new FakeBackend());
        await using var one = await ModelTestHost.ReadyAsync(services => services.AddModel<Plain>("m").UseBackend(_ => first));
        await using (var two = await ModelTestHost.ReadyAsync(services => services.AddModel<Plain>("m").UseBackend(_ => second)))
        {
            using var response = await two.Client("m").InferAsync(new InferenceRequest());
        }

        Assert.Equal((0, 1), (first.CallCount, second.CallCount));
        Assert.Equal((0, 1), (first.DisposeCount, second.DisposeCount));
        using var still = await one.Client("m").InferAsync(new InferenceRequest());
        Assert.Equal(1, first.CallCount);
    }

    private static async Task<TException> StartFaultAsync<TException>(Action<IServiceCollection> configure)
        where TException : Exception
    {
        var host = ModelTestHost.Create(configure);
        return await Assert.ThrowsAsync<TException>(() => host.Host.StartAsync());
    }
}
