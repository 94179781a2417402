// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>Administration in both dialects, and its absence.</summary>
public sealed class RepositoryTests
{
    [Fact]
    public async Task WithoutAPolicy_AdministrationIsUnimplemented()
    {
        await using var app = await GrpcApp.StartAsync(services => services.AddModel("m").UseBackend(_ => Backend()));

        Assert.Equal(StatusCode.Unimplemented, (await GrpcApp.FailAsync(app.Client.RepositoryIndexAsync(new RepositoryIndexRequest()))).StatusCode);
        Assert.Equal(StatusCode.Unimplemented, (await GrpcApp.FailAsync(app.Client.RepositoryModelUnloadAsync(
            new RepositoryModelUnloadRequest { ModelName = "m" }))).StatusCode);
        Assert.True((await app.Client.ModelReadyAsync(new ModelReadyRequest { Name = "m" })).Ready);
    }

    [Fact]
    public async Task TritonsMessages_LoadAndUnload_AnswersAreEmpty()
    {
        var backend = Backend();
        await using var app = await StartAsync(backend);

        var unloaded = await app.Client.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest
        {
            ModelName = "m",
            Parameters = { ["unload_dependents"] = new ModelRepositoryParameter { BoolParam = false } },
        });
        Assert.Equal(0, unloaded.CalculateSize());
        Assert.False((await app.Client.ModelReadyAsync(new ModelReadyRequest { Name = "m" })).Ready);
        var index = await app.Client.RepositoryIndexAsync(new RepositoryIndexRequest());
        Assert.Equal(("m", "1", "UNAVAILABLE"), (index.Models[0].Name, index.Models[0].Version, index.Models[0].State));
        Assert.NotEmpty(index.Models[0].Reason);
        Assert.Empty((await app.Client.RepositoryIndexAsync(new RepositoryIndexRequest { Ready = true })).Models);

        var loaded = await app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "m" });
        Assert.Equal(0, loaded.CalculateSize());
        Assert.Equal("READY", (await app.Client.RepositoryIndexAsync(new RepositoryIndexRequest { Ready = true })).Models[0].State);
        Assert.Equal(2, backend.LoadCount);
    }

    [Fact]
    public async Task KServesMessages_LoadAndUnload_AnswersHaveNameAndFlag()
    {
        await using var app = await StartAsync(Backend());

        // KServe's request has the model's name in field 1, which is the repository's in Triton's.
        var unloaded = await app.Client.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest { RepositoryName = "m" });
        var ready = (await app.Client.ModelReadyAsync(new ModelReadyRequest { Name = "m" })).Ready;
        var loaded = await app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { RepositoryName = "m" });

        Assert.False(ready);
        Assert.Equal([0x0A, 1, (byte)'m', 0x10, 1], unloaded.ToByteArray());
        Assert.Equal([0x0A, 1, (byte)'m', 0x10, 1], loaded.ToByteArray());
    }

    [Fact]
    public async Task Load_OfALoadedModel_ReloadsAndAFailureKeepsTheOld()
    {
        var backend = Backend();
        await using var app = await StartAsync(backend);
        backend.FailLoads(1);

        var exception = await GrpcApp.FailAsync(app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "m" }));

        Assert.Equal(StatusCode.Unavailable, exception.StatusCode);
        Assert.Contains("The fake was told to fail.", exception.Status.Detail, StringComparison.Ordinal);
        await app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "m" });
        await app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "m" });
    }

    [Fact]
    public async Task Requests_ThatCannotBeMet_SayWhy()
    {
        await using var app = await StartAsync(Backend());
        (AsyncUnaryCall<RepositoryModelLoadResponse> Call, StatusCode Status, string Named)[] calls =
        [
            (app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { ModelName = "nobody" }), StatusCode.NotFound, "'nobody'"),
            (app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest { RepositoryName = "r", ModelName = "m" }), StatusCode.Unimplemented, "repository_name"),
            (app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest
            {
                ModelName = "m",
                Parameters = { ["config"] = new ModelRepositoryParameter { StringParam = "{}" } },
            }), StatusCode.Unimplemented, "'config'"),
            (app.Client.RepositoryModelLoadAsync(new RepositoryModelLoadRequest
            {
                ModelName = "m",
                Parameters = { ["file:1/model.onnx"] = new ModelRepositoryParameter { BytesParam = ByteString.CopyFrom(1) } },
            }), StatusCode.Unimplemented, "'file:1/model.onnx'"),
        ];

        foreach (var (call, status, named) in calls)
        {
            var exception = await GrpcApp.FailAsync(call);
            Assert.Equal(status, exception.StatusCode);
            Assert.Contains(named, exception.Status.Detail, StringComparison.Ordinal);
        }

        var unload = await GrpcApp.FailAsync(app.Client.RepositoryModelUnloadAsync(new RepositoryModelUnloadRequest
        {
            ModelName = "m",
            Parameters = { ["unload_dependents"] = new ModelRepositoryParameter { BoolParam = true } },
        }));
        Assert.Equal(StatusCode.Unimplemented, unload.StatusCode);
        var index = await GrpcApp.FailAsync(app.Client.RepositoryIndexAsync(new RepositoryIndexRequest { RepositoryName = "r" }));
        Assert.Equal(StatusCode.Unimplemented, index.StatusCode);
    }

    private static FakeBackend Backend() => new(_ => new InferenceResponse([]));

    private static Task<GrpcApp> StartAsync(FakeBackend backend) => GrpcApp.StartAsync(
        services =>
        {
            services.AddModel("m").UseBackend(_ => backend);
            services.AddAuthorization();
        },
        map: app => app.MapInference().Admin.RequireAuthorization(policy => policy.RequireAssertion(_ => true)));
}
