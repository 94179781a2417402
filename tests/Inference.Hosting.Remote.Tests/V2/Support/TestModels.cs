// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>Models of the servers of the tests.</summary>
internal static class TestModels
{
    public static void Add(IServiceCollection services)
    {
        services.AddModel("addsub").UseOnnxRuntime(OnnxModels.AddSub().ToBytes()).WithBatching(options => options.MaxBatchSize = 8);
        foreach (var type in Enum.GetValues<TensorDataType>())
        {
            AddIdentity(services, "id-" + type.ToV2Name(), type);
        }

        services.AddModel("counter").UseFunction(
            [new("count", TensorDataType.Int32, [1])], [new("number", TensorDataType.Int32, [1])], CountAsync);
        services.AddModel("faulty")
            .UseFunction(
                [new("x", TensorDataType.Int32, [1])],
                [new("y", TensorDataType.Int32, [1])],
                (_, _) => throw new InvalidOperationException("/etc/secret"),
                batches: false)
            .WithWarmup(options => options.Enabled = false);
    }

    /// <summary>The tensor that comes in goes out, whatever its shape.</summary>
    public static void AddIdentity(IServiceCollection services, string name, TensorDataType type)
        => services.AddModel(name).UseFunction(
            [new("x", type, [-1, -1])], [new("y", type, [-1, -1])], (batch, _) => batch.SetOutput("y", batch.Input("x")), batches: false);

    public static async IAsyncEnumerable<InferenceResponse> CountAsync(
        InferenceRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var count = request.Inputs["count"].ToArray<int>()[0];
        for (var i = 0; i < count; i++)
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return new InferenceResponse(new TensorCollection { { "number", InferenceTensor.Create([i], 1) } });
        }

        if (count < 0)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, $"Cannot count to {count}.");
        }
    }
}
