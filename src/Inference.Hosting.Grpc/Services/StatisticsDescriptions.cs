// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Protos;
using Counters = Inference.Hosting.ModelStatistics;
using Statistics = Inference.Hosting.Grpc.Protos.ModelStatistics;

namespace Inference.Hosting.Grpc.Services;

/// <summary>The counters of a version, as a message.</summary>
internal static class StatisticsDescriptions
{
    public static Statistics Describe(string name, ModelVersionInfo version, Counters counters)
        => new()
        {
            Name = name,
            Version = version.Version,
            LastInference = (ulong)(counters.LastInference?.ToUnixTimeMilliseconds() ?? 0),
            InferenceCount = (ulong)counters.InferenceCount,
            ExecutionCount = (ulong)counters.ExecutionCount,
            InferenceStats = new InferStatistics
            {
                Success = Describe(counters.Success),
                Fail = Describe(counters.Fail),
                Queue = Describe(counters.Queue),
                ComputeInput = Describe(counters.ComputeInput),
                ComputeInfer = Describe(counters.ComputeInfer),
                ComputeOutput = Describe(counters.ComputeOutput),
                CacheHit = new StatisticDuration(),
                CacheMiss = new StatisticDuration(),
            },
            BatchStats =
            {
                counters.Batches.Select(batch => new InferBatchStatistics
                {
                    BatchSize = (ulong)batch.BatchSize,
                    ComputeInput = Describe(batch.ComputeInput),
                    ComputeInfer = Describe(batch.ComputeInfer),
                    ComputeOutput = Describe(batch.ComputeOutput),
                }),
            },
            MemoryUsage =
            {
                V2MemoryUsage.List(version, counters)
                    .Select(usage => new MemoryUsage { Type = usage.Type, Id = usage.Id, ByteSize = (ulong)usage.Bytes }),
            },
        };

    private static StatisticDuration Describe(DurationStatistic statistic) => new()
    {
        Count = (ulong)statistic.Count,
        Ns = (ulong)(statistic.Total.Ticks * TimeSpan.NanosecondsPerTick),
    };
}
