// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.Batching;

public sealed class QueueReloadTests
{
    [Fact]
    public async Task Apply_LimitBelowARequestAtTheDoor_AnswersItAndLetsOthersPass()
    {
        await using var services = new ServiceCollection()
            .Configure<WarmupOptions>("m", options => options.Enabled = false)
            .Configure<BatchingOptions>("m", options => options.MaxBatchSize = 1)
            .Configure<QueueOptions>("m", options => options.MaxQueuedRows = 4)
            .BuildServiceProvider();
        var engine = new FakeEngine();
        var model = (BatchedModel)await new BatchedBackend((_, _) => new(engine))
            .LoadAsync(new ModelLoadContext("m", "1", services), CancellationToken.None);
        engine.CloseGate();
        var running = Infer(1);
        SpinWait.SpinUntil(() => engine.RunsAtGate == 1);
        var queued = Infer(2);
        var large = Infer(3);
        var small = Infer(1);

        model.Queue.Apply(model.Queue.With((scheduler, _) => scheduler.Settings) with { MaxQueuedRows = 2 });
        var refused = await Assert.ThrowsAsync<InferenceException>(() => large);
        engine.OpenGate();

        Assert.Equal(InferenceErrorCode.PayloadTooLarge, refused.Code);
        Assert.Equal("The request has 3 rows and 12 bytes; the queue holds at most 2 rows and 268435456 bytes: send it in parts.", refused.Message);
        foreach (var task in new[] { running, queued, small })
        {
            (await task).Dispose();
        }

        await model.DisposeAsync();

        Task<InferenceResponse> Infer(int rows)
        {
            var request = new InferenceRequest();
            request.Inputs["x"] = InferenceTensor.Create(new float[rows], rows, 1);
            return model.InferAsync(request).AsTask();
        }
    }
}
