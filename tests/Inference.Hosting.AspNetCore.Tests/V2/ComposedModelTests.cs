// SPDX-License-Identifier: Apache-2.0

using System.Net;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

/// <summary>Classes that compose models: V2 serves those that take tensors, and says so of the others.</summary>
public sealed class ComposedModelTests
{
    private const string OneRow = """{"inputs":[{"name":"x","datatype":"FP32","shape":[1,2],"data":[3,4]}]}""";

    [Fact]
    public async Task Composer_WithoutTensors_SaysSoAndLeavesTheServerReady()
    {
        await using var app = await StartAsync();

        var metadata = await TestApp.ErrorAsync(await app.GetAsync("/v2/models/plain"), HttpStatusCode.BadRequest);
        var infer = await TestApp.ErrorAsync(await app.PostAsync("/v2/models/plain/infer", OneRow), HttpStatusCode.BadRequest);

        Assert.Contains("composes other models", metadata, StringComparison.Ordinal);
        Assert.Contains("plain", infer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("/v2/health/ready")).StatusCode);
    }

    [Fact]
    public async Task Composer_WithTensors_IsServedByItsOwnMetadata()
    {
        await using var app = await StartAsync();

        var metadata = await TestApp.JsonAsync(await app.GetAsync("/v2/models/twice"));
        var answer = await TestApp.JsonAsync(await app.PostAsync("/v2/models/twice/infer", OneRow));

        Assert.Equal("x", metadata.GetProperty("inputs")[0].GetProperty("name").GetString());
        Assert.Equal("[3,4]", answer.GetProperty("outputs")[0].GetProperty("data").GetRawText());
    }

    [Fact]
    public async Task Composer_HasNoStatisticsAndHidesNobodyElses()
    {
        await using var app = await StartAsync();

        var all = await TestApp.JsonAsync(await app.GetAsync("/v2/models/stats"));
        var own = await TestApp.JsonAsync(await app.GetAsync("/v2/models/plain/stats"));

        Assert.Equal("identity", Assert.Single(all.GetProperty("model_stats").EnumerateArray()).GetProperty("name").GetString());
        Assert.Empty(own.GetProperty("model_stats").EnumerateArray());
    }

    private static Task<TestApp> StartAsync() => OnnxApp.StartAsync(services =>
    {
        services.AddModel("identity").UseOnnxRuntime(OnnxModels.Identity().ToBytes());
        services.AddModel<Plain>("plain");
        services.AddModel<Twice>("twice");
    });

    private sealed class Plain([FromKeyedServices("identity")] IInferenceClient identity)
    {
        public string Inner => identity.Model;
    }

    /// <summary>The identity of the identity.</summary>
    private sealed class Twice([FromKeyedServices("identity")] IInferenceClient identity) : ITensorModel
    {
        public ModelMetadata? Metadata { get; } = new(
            "twice", "1", [new TensorSpec("x", TensorDataType.FP32, [-1, -1])], [new TensorSpec("y", TensorDataType.FP32, [-1, -1])]);

        public async ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        {
            using var first = await identity.InferAsync(request, cancellationToken);
            return await identity.InferAsync(new InferenceRequest { Inputs = { ["x"] = first["y"] } }, cancellationToken);
        }
    }
}
