// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>An app that serves ONNX models with ONNX Runtime, as a user would write it.</summary>
internal static class OnnxApp
{
    /// <summary>AddSub, one identity for each data type, and a model with labels.</summary>
    public static Task<TestApp> StartAsync(bool kestrel = false) => StartAsync(
        services =>
        {
            services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes()).WithBatching(options => options.MaxBatchSize = 8);
            services.AddModel("labelled").UseOnnxRuntime(OnnxModels.Labelled("names", "{0: 'cat', 1: 'dog', 2: 'wolf'}").ToBytes());
            services.AddModel("mixed").UseOnnxRuntime(Mixed().ToBytes());
            foreach (var type in (TensorDataType[])
                [TensorDataType.Bool, TensorDataType.FP16, TensorDataType.FP32, TensorDataType.Int64, TensorDataType.UInt64, TensorDataType.Bytes])
            {
                services.AddModel("id-" + type.ToV2Name()).UseOnnxRuntime(OnnxModels.Identity(type).ToBytes());
            }
        },
        kestrel);

    public static async Task<TestApp> StartAsync(
        Action<IServiceCollection> add,
        bool kestrel = false,
        bool isReady = true,
        Action<WebApplicationBuilder>? configure = null,
        Action<WebApplication>? map = null)
    {
        var app = await TestApp.StartAsync(
            [],
            kestrel,
            builder =>
            {
                add(builder.Services);
                configure?.Invoke(builder);
            },
            map);
        if (isReady)
        {
            using var patience = new CancellationTokenSource(TestApp.Patience);
            await app.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync(cancellationToken: patience.Token);
        }

        return app;
    }

    // INPUT0 UINT32[2,2], INPUT1 BOOL[3] → OUTPUT0 FP32[3,2]: the first row of INPUT0 where INPUT1 holds, else zeros.
    private static OnnxModelWriter Mixed() => new OnnxModelWriter { GraphName = "mixed" }
        .Input("INPUT0", TensorDataType.UInt32, 2, 2)
        .Input("INPUT1", TensorDataType.Bool, 3)
        .Output("OUTPUT0", TensorDataType.FP32, 3, 2)
        .Initializer<long>("first", [0], 1)
        .Initializer<long>("column", [3, 1], 2)
        .Node("Cast", ["INPUT0"], ["numbers"], ("to", 1L))
        .Node("Gather", ["numbers", "first"], ["row"])
        .Node("Cast", ["INPUT1"], ["flags"], ("to", 1L))
        .Node("Reshape", ["flags", "column"], ["flagColumn"])
        .Node("Mul", ["flagColumn", "row"], ["OUTPUT0"]);
}
