// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>The process that serves a model that gives back what it gets: the price of a call without that of a model.</summary>
internal static class IdentityServer
{
    public const string Switch = "--serve-identity";
    public const string Model = "identity";

    public static async Task RunAsync()
    {
        var builder = WireServer.CreateBuilder();
        builder.Services.AddInferenceGrpc();
        builder.Services.AddModel(Model).UseFunction(
            [new("x", TensorDataType.FP32, [-1, -1])],
            [new("y", TensorDataType.FP32, [-1, -1])],
            (batch, _) => batch.SetOutput("y", batch.Input("x")),
            batches: false);
        await using var app = builder.Build();
        app.MapInference();
        await WireServer.ServeAsync(app).ConfigureAwait(false);
    }
}
