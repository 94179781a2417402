// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The statistics extension: counters of loaded versions.</summary>
internal sealed class StatisticsEndpoint(EndpointServices services)
{
    public async Task AllAsync(HttpContext context)
    {
        List<ModelStatisticsBody> rows = [];
        foreach (var model in services.Catalog.Models)
        {
            if (await ModelAccess.IsVisibleAsync(context, model))
            {
                Add(rows, model, null);
            }
        }

        await JsonBody.WriteAsync(context, new StatisticsBody(rows), V2JsonContext.Wire.StatisticsBody);
    }

    public async Task ModelAsync(HttpContext context)
    {
        var model = services.Models.Find(RouteNames.Get(context, RouteNames.Model));
        if (await ModelAccess.IsAllowedAsync(context, model))
        {
            List<ModelStatisticsBody> rows = [];
            Add(rows, model, RouteNames.Get(context, RouteNames.Version));
            await JsonBody.WriteAsync(context, new StatisticsBody(rows), V2JsonContext.Wire.StatisticsBody);
        }
    }

    private void Add(List<ModelStatisticsBody> rows, ModelInfo model, string? version)
    {
        var wanted = version is null ? model.Versions : [ModelAccess.FindVersion(model, version)!];
        foreach (var info in wanted)
        {
            if (services.Catalog.GetStatistics(model.Name, info.Version) is { } statistics)
            {
                rows.Add(Describe(model.Name, info, statistics));
            }
        }
    }

    private static ModelStatisticsBody Describe(string name, ModelVersionInfo version, ModelStatistics statistics)
        => new(
            name,
            version.Version,
            statistics.LastInference?.ToUnixTimeMilliseconds() ?? 0,
            statistics.InferenceCount,
            statistics.ExecutionCount,
            new InferenceStatisticsBody(
                Describe(statistics.Success),
                Describe(statistics.Fail),
                Describe(statistics.Queue),
                Describe(statistics.ComputeInput),
                Describe(statistics.ComputeInfer),
                Describe(statistics.ComputeOutput),
                CacheHit: new(0, 0),
                CacheMiss: new(0, 0)),
            new Dictionary<string, object>(),
            [.. statistics.Batches.Select(batch => new BatchStatisticsBody(
                batch.BatchSize, Describe(batch.ComputeInput), Describe(batch.ComputeInfer), Describe(batch.ComputeOutput)))],
            [.. V2MemoryUsage.List(version, statistics).Select(usage => new MemoryUsageBody(usage.Type, usage.Id, usage.Bytes))]);

    private static DurationBody Describe(DurationStatistic statistic)
        => new(statistic.Count, statistic.Total.Ticks * TimeSpan.NanosecondsPerTick);
}
