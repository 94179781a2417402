// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Tests.Support;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.AspNetCore.Tests.V2;

/// <summary>What the statistics extension must count, over a real model.</summary>
public sealed class StatisticsVectorTests
{
    [Theory]
    [InlineData(new[] { 1 }, false, 1, 1, 1)]
    [InlineData(new[] { 8 }, false, 1, 8, 1)]
    [InlineData(new[] { 1, 8 }, false, 2, 9, 2)]
    [InlineData(new[] { 1, 1 }, true, 2, 2, 1)]
    [InlineData(new[] { 1, 8 }, true, 2, 9, 1)]
    public async Task V46_Statistics_CountRequestsRowsAndRuns(int[] rows, bool merged, int success, int inferences, int executions)
    {
        await using var app = await OnnxApp.StartAsync(services => services.AddModel("addsub")
            .UseOnnxRuntime(OnnxModels.AddSub().ToBytes())

            // Nothing is learned, so that the cap is the maximum, however noisy the machine.
            .WithWarmup(options => options.Enabled = false)
            .WithBatching(options =>
            {
                // Merged for certain: the first waits until the rows of all are there.
                options.MaxBatchSize = merged ? rows.Sum() : 16;
                options.MaxQueueDelay = merged ? TimeSpan.FromSeconds(10) : TimeSpan.Zero;
                (options.MinGain, options.EfficiencyLoss) = (0, 0);
            }));

        if (merged)
        {
            await Task.WhenAll(rows.Select(count => SendAsync(app, count)));
        }
        else
        {
            foreach (var count in rows)
            {
                await SendAsync(app, count);
            }
        }

        var stats = await StatsAsync(app);
        Assert.Equal(success, stats.GetProperty("inference_stats").GetProperty("success").GetProperty("count").GetInt32());
        Assert.Equal(inferences, stats.GetProperty("inference_count").GetInt32());
        Assert.Equal(executions, stats.GetProperty("execution_count").GetInt32());
        Assert.True(stats.GetProperty("last_inference").GetInt64() > 0);
    }

    [Fact]
    public async Task V47_BatchStatistics_AddUp()
    {
        await using var app = await OnnxApp.StartAsync(services => services.AddModel("addsub")
            .UseOnnxRuntime(OnnxModels.AddSub().ToBytes())
            .WithQueue(options => options.MaxQueuedRows = 4096)
            .WithBatching(options => options.MaxBatchSize = 8));
        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => SendAsync(app, 1 + (i % 11))));

        var stats = await StatsAsync(app);

        var batches = stats.GetProperty("batch_stats").EnumerateArray()
            .Select(batch => (Size: batch.GetProperty("batch_size").GetInt64(), Runs: batch.GetProperty("compute_infer").GetProperty("count").GetInt64()))
            .ToArray();
        Assert.Equal(Enumerable.Range(0, 200).Sum(i => 1 + (i % 11)), stats.GetProperty("inference_count").GetInt64());
        Assert.Equal(stats.GetProperty("inference_count").GetInt64(), batches.Sum(batch => batch.Size * batch.Runs));
        Assert.Equal(stats.GetProperty("execution_count").GetInt64(), batches.Sum(batch => batch.Runs));
        Assert.All(batches, batch => Assert.InRange(batch.Size, 1, 8));
        Assert.Equal(200, stats.GetProperty("inference_stats").GetProperty("success").GetProperty("count").GetInt32());
    }

    private static async Task SendAsync(TestApp app, int rows)
    {
        var data = string.Join(',', Enumerable.Repeat(1, rows * 16));
        await TestApp.JsonAsync(await app.PostAsync(
            "/v2/models/addsub/infer",
            $$"""{"inputs":[{"name":"INPUT0","shape":[{{rows}},16],"datatype":"INT32","data":[{{data}}]},{"name":"INPUT1","shape":[{{rows}},16],"datatype":"INT32","data":[{{data}}]}]}"""));
    }

    private static async Task<JsonElement> StatsAsync(TestApp app)
        => (await TestApp.JsonAsync(await app.GetAsync("/v2/models/addsub/stats"))).GetProperty("model_stats")[0];
}
