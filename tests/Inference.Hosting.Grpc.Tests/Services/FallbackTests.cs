// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>What callers over gRPC see when another model answers.</summary>
public sealed class FallbackTests
{
    private const string Header = "inference-fallback";

    [Fact]
    public async Task ModelInfer_ModelThatIsNotLoaded_IsAnsweredByTheNextWhichTheMetadataNames()
    {
        await using var app = await StartAsync();

        using var call = app.Client.ModelInferAsync(new ModelInferRequest { ModelName = "a" });
        var answer = await call;

        Assert.Equal("a", answer.ModelName);
        Assert.Equal("b", (await call.ResponseHeadersAsync).GetValue(Header));
    }

    [Fact]
    public async Task ModelStreamInfer_ModelThatIsNotLoaded_IsAnsweredByTheNextWhichTheMetadataNames()
    {
        await using var app = await StartAsync();

        using var call = app.Client.ModelStreamInfer();
        await call.RequestStream.WriteAsync(new ModelInferRequest { ModelName = "a" });
        await call.RequestStream.CompleteAsync();
        var answers = await call.ResponseStream.ReadAllAsync().ToListAsync();

        Assert.Empty(Assert.Single(answers).ErrorMessage);
        Assert.Equal("b", (await call.ResponseHeadersAsync).GetValue(Header));
    }

    private static async Task<GrpcApp> StartAsync()
    {
        var app = await GrpcApp.StartAsync(services =>
        {
            services.AddModel("a").UseBackend(_ => new FakeBackend()).WithFallback("b");
            services.AddModel("b").UseBackend(_ => new FakeBackend());
        });
        await app.Catalog.UnloadAsync("a");
        return app;
    }
}
