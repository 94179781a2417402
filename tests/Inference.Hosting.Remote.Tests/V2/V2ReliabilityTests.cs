// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Models;
using Inference.Hosting.Remote.Tests.V2.Support;
using Inference.Hosting.Remote.V2;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Remote.Tests.V2;

/// <summary>Servers that are not there, go away, come back, change, and have too much to do.</summary>
[Collection("V2")]
public sealed class V2ReliabilityTests
{
    private static readonly TimeSpan _soon = TimeSpan.FromMilliseconds(20);

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task LoadAsync_ServerComesLater_ServesThen(Way way)
    {
        await using var server = await V2Server.StartAsync(Identity);
        await server.KillAsync();
        await using var app = await V2App.StartAsync(
            services =>
            {
                V2App.Add(services, server, way, "id");
                services.AddModel("id").ConfigureModelOptions<ModelOptions>(options => options.RetryDelay = options.MaxRetryDelay = _soon);
            },
            isReady: false);
        await Eventually.IsTrueAsync(() => State(app, "id") == ModelState.Failed);
        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["id"].InferAsync(Request(1)).AsTask());

        await server.StartAsync();
        await Eventually.IsTrueAsync(() => State(app, "id") == ModelState.Ready);
        using var response = await app["id"].InferAsync(Request(2));

        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        Assert.Contains("cannot be reached", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("127.0.0.1", fault.Message, StringComparison.Ordinal);
        Assert.Equal(2, response["y"].ToArray<int>()[0]);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_ServerKilledAndBack_RecoversByItself(Way way)
    {
        await using var server = await V2Server.StartAsync(Identity);
        await using var app = await V2App.StartAsync(server, way, "id", Hasty);
        (await app["id"].InferAsync(Request(1))).Dispose();

        await server.KillAsync();
        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["id"].InferAsync(Request(1)).AsTask());
        await Eventually.IsTrueAsync(() => State(app, "id") == ModelState.Failed);

        await server.StartAsync();
        await Eventually.IsTrueAsync(() => State(app, "id") == ModelState.Ready);
        using var response = await app["id"].InferAsync(Request(2));

        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        Assert.Equal(2, response["y"].ToArray<int>()[0]);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_OneOfTwoServersKilledUnderLoad_LosesNoRequest(Way way)
    {
        await using var one = await V2Server.StartAsync(Identity);
        await using var two = await V2Server.StartAsync(Identity);
        await using var app = await V2App.StartAsync(one, way, "id", options =>
        {
            options.Addresses.Add(two[way]);
            Hasty(options);
        });
        using var ending = new CancellationTokenSource();
        var answered = 0;
        var callers = Enumerable.Range(0, 8).Select(CallAsync).ToArray();
        await Eventually.IsTrueAsync(() => Volatile.Read(ref answered) > 200);

        await one.KillAsync();
        var before = Volatile.Read(ref answered);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref answered) > before + 500);
        await one.StartAsync();
        before = Volatile.Read(ref answered);
        await Eventually.IsTrueAsync(() => Volatile.Read(ref answered) > before + 500 && one.Catalog.GetStatistics("id")!.Success.Count > 0);

        await ending.CancelAsync();
        await Task.WhenAll(callers).WaitAsync(V2Server.Patience);
        Assert.Equal(0, app.Catalog.Models.Single().Default!.Load!.Value.InFlight);
        Assert.Equal(0, V2Message.Rented);

        async Task CallAsync(int value)
        {
            while (!ending.IsCancellationRequested)
            {
                using var response = await app["id"].InferAsync(Request(value));
                Assert.Equal(value, response["y"].ToArray<int>()[0]);
                Interlocked.Increment(ref answered);
            }
        }
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_LaterVersionTakesOver_IsLoadedAgainAndLeasesKeepTheirs(Way way)
    {
        await using var server = await V2Server.StartAsync(services => services.AddModel("id")
            .AddVersion("1", version => Add(version, 1))
            .AddVersion("2", version => Add(version, 2)));
        await server.Catalog.UnloadAsync("id", "2");
        await using var app = await V2App.StartAsync(server, way, "id", Hasty);
        Assert.Equal("1", Version());
        using var lease = await app["id"].AcquireAsync();

        await server.Catalog.LoadAsync("id", "2");
        await Eventually.IsTrueAsync(() => Version() == "2");
        using var old = await lease.InferAsync(Request(10));
        using var @new = await app["id"].InferAsync(Request(10));

        Assert.Equal(11, old["y"].ToArray<int>()[0]);
        Assert.Equal(12, @new["y"].ToArray<int>()[0]);

        string Version() => app["id"].Metadata!.Properties["remote_version"];

        static void Add(Inference.Hosting.DependencyInjection.IModelBuilder builder, int added) => builder.UseFunction(
            [new("x", TensorDataType.Int32, [-1])],
            [new("y", TensorDataType.Int32, [-1])],
            (batch, _) => batch.SetOutput("y", InferenceTensor.Create([.. batch.Input("x").ToArray<int>().Select(value => value + added)], batch.Input("x").Shape[0])));
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_VersionGone_IsNotReadyWithTheReason(Way way)
    {
        await using var server = await V2Server.StartAsync(Identity);
        await using var app = await V2App.StartAsync(server, way, "id", options => options.MaxRetries = 0);
        await server.Catalog.UnloadAsync("id");

        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["id"].InferAsync(Request(1)).AsTask());

        Assert.Equal(InferenceErrorCode.NotReady, fault.Code);
        Assert.NotNull(fault.RetryAfter);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_DeadlinePasses_IsLateAndTheServerHearsOfIt(Way way)
    {
        var gate = new Gate();
        await using var server = await V2Server.StartAsync(services => gate.Add(services, "gate"));
        await using var app = await V2App.StartAsync(server, way, "gate");
        var request = Gate.Request();
        request.Deadline = TimeProvider.System.GetUtcNow() + TimeSpan.FromMilliseconds(300);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["gate"].InferAsync(request).AsTask().WaitAsync(V2Server.Patience));

        Assert.Equal(InferenceErrorCode.DeadlineExceeded, fault.Code);
        await Eventually.IsTrueAsync(() => gate is { Inside: 0 });
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_CallerLeaves_TheServerHearsOfIt(Way way)
    {
        var gate = new Gate();
        await using var server = await V2Server.StartAsync(services => gate.Add(services, "gate"));
        await using var app = await V2App.StartAsync(server, way, "gate");
        using var leaving = new CancellationTokenSource();
        var call = app["gate"].InferAsync(Gate.Request(), leaving.Token).AsTask();
        await Eventually.IsTrueAsync(() => gate.Inside == 1);

        await leaving.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call.WaitAsync(V2Server.Patience));
        await Eventually.IsTrueAsync(() => gate is { Inside: 0, Left: 1 });
        Assert.Equal(0, app.Catalog.Models.Single().Default!.Load!.Value.InFlight);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_ServerFull_IsQueueFullWithItsTime(Way way)
    {
        var gate = new Gate();
        await using var server = await V2Server.StartAsync(services => gate.Add(services, "gate", most: 1));
        await using var app = await V2App.StartAsync(server, way, "gate");
        var first = app["gate"].InferAsync(Gate.Request()).AsTask();
        await Eventually.IsTrueAsync(() => gate.Inside == 1);

        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["gate"].InferAsync(Gate.Request()).AsTask().WaitAsync(V2Server.Patience));
        gate.Open();
        (await first.WaitAsync(V2Server.Patience)).Dispose();

        Assert.Equal(InferenceErrorCode.QueueFull, fault.Code);
        Assert.Equal(TimeSpan.FromSeconds(1), fault.RetryAfter);
    }

    [Fact]
    public async Task InferAsync_OurLimitReached_WaitsOrIsRefusedHere()
    {
        var gate = new Gate();
        await using var server = await V2Server.StartAsync(services => gate.Add(services, "gate"));
        await using var app = await V2App.StartAsync(services =>
        {
            V2App.Add(services, server, Way.Binary, "gate", options => options.MaxConcurrency = 1);
            services.AddModel("gate").WithQueue(options => options.MaxQueuedRows = 1);
        });
        var first = app["gate"].InferAsync(Gate.Request(1)).AsTask();
        await Eventually.IsTrueAsync(() => gate.Inside == 1);
        var second = app["gate"].InferAsync(Gate.Request(2)).AsTask();

        var request = Gate.Request(3);
        request.Overflow = InferenceOverflow.Reject;
        var fault = await Assert.ThrowsAsync<InferenceException>(() => app["gate"].InferAsync(request).AsTask().WaitAsync(V2Server.Patience));
        Assert.Equal(1, gate.Inside);
        Assert.Equal(2, app.Catalog.Models.Single().Default!.Load!.Value.InFlight);
        gate.Open();

        using var one = await first.WaitAsync(V2Server.Patience);
        using var two = await second.WaitAsync(V2Server.Patience);
        Assert.Equal(InferenceErrorCode.QueueFull, fault.Code);
        Assert.Equal(2, two["y"].ToArray<int>()[0]);
    }

    [Theory]
    [InlineData(Way.Binary)]
    [InlineData(Way.Grpc)]
    public async Task InferAsync_FirstServerSlow_HedgesAtTheOther(Way way)
    {
        var gate = new Gate();
        var open = new Gate();
        open.Open();
        await using var slow = await V2Server.StartAsync(services => gate.Add(services, "gate"));
        await using var fast = await V2Server.StartAsync(services => open.Add(services, "gate"));
        await using var app = await V2App.StartAsync(slow, way, "gate", options =>
        {
            options.Addresses.Add(fast[way]);
            options.HedgeAfter = TimeSpan.FromMilliseconds(20);
        });

        for (var i = 0; i < 10; i++)
        {
            using var response = await app["gate"].InferAsync(Gate.Request(i)).AsTask().WaitAsync(V2Server.Patience);
            Assert.Equal(i, response["y"].ToArray<int>()[0]);
        }

        await Eventually.IsTrueAsync(() => gate.Inside == 0);
        Assert.True(gate.Left > 0);
    }

    [Fact]
    public async Task UseV2_AddressWithTheProtocolsPath_FailsTheStart()
    {
        var fault = await Assert.ThrowsAsync<Microsoft.Extensions.Options.OptionsValidationException>(() => V2App.StartAsync(
            services => services.AddModel("id").UseV2(new Uri("http://localhost/v2/"))));

        Assert.Contains("Inference:Models:id:Remote:Addresses:0", fault.Message, StringComparison.Ordinal);
    }

    private static void Hasty(V2RemoteOptions options)
    {
        options.HealthInterval = TimeSpan.FromMilliseconds(50);
        options.EjectTime = options.MaxEjectTime = TimeSpan.FromMilliseconds(50);
        options.MaxRetries = 4;
    }

    private static void Identity(IServiceCollection services) => services.AddModel("id").UseFunction(
        [new("x", TensorDataType.Int32, [-1])], [new("y", TensorDataType.Int32, [-1])], (batch, _) => batch.SetOutput("y", batch.Input("x")));

    private static InferenceRequest Request(int value) => new() { Inputs = { { "x", InferenceTensor.Create([value], 1) } } };

    private static ModelState State(V2App app, string model) => app.Catalog.Models.Single(other => other.Name == model).Versions[0].State;
}
