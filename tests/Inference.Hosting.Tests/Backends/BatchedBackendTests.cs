// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Backends;

public sealed class BatchedBackendTests
{
    [Fact]
    public async Task InferAsync_OneRequest_WalksTheWholeWay()
    {
        await using var services = new ServiceCollection().BuildServiceProvider();
        var engine = new FakeEngine(width: 2);
        var backend = new BatchedBackend((_, _) => new(engine));
        var model = await backend.LoadAsync(new ModelLoadContext("m", "7", services), CancellationToken.None);
        var request = new InferenceRequest();
        request.Inputs["x"] = InferenceTensor.Create(new float[] { 1, 2, 3, 4 }, 2, 2);

        using (var response = await model.InferAsync(request))
        {
            Assert.Equal([2f, 4f, 6f, 8f], response["y"].ToArray<float>());
            Assert.Equal("7", response.Timing.Version);
            Assert.Equal(2, response.Timing.BatchSize);
            Assert.Equal(BatchCloseReason.Drained, response.Timing.CloseReason);
        }

        Assert.Equal(2, model.Statistics!.InferenceCount);
        Assert.Equal(1, model.Statistics.ExecutionCount);
        Assert.Equal(1, model.Statistics.Success.Count);
        await model.DisposeAsync();
        await model.DisposeAsync();
        Assert.True(engine.IsDisposed);
        Assert.Equal(1, engine.DisposedInstances);
        var late = await Assert.ThrowsAsync<InferenceException>(async () => await model.InferAsync(request));
        Assert.Equal(InferenceErrorCode.NotReady, late.Code);
    }
}
