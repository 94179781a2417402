// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Wire;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>What a small tenant feels of one that floods: latency alone, beside the flood in its own flow, and beside it in the same flow.</summary>
internal static class TenantSuite
{
    private const int Flood = 64;
    private const int Small = 1;

    public static async Task RunAsync(Settings settings, Report report)
    {
        report.Section("Two tenants", $"{Small} closed-loop caller of a small tenant, alone and beside {Flood} of another one, over HTTP with bearer tokens. *Same flow* is the same caller under the flooding tenant's name: what there would be without fair sharing. None of the small tenant's requests was refused, or this table would not be here. Client and server share the cores, so that a part of what is added is their CPU and no queue. A run that has begun is not broken off: where rows run one by one the least is twice the time alone, and more where runs of many rows pay. To reach: p99 beside the flood at most 2 × alone.");
        await using var server = await WireProcess.StartAsync(TenantServer.Switch);
        var rows = new List<string>();
        foreach (var model in TenantServer.Models.Where(model => settings.WantsModel(model.Model.Name)))
        {
            await using var small = await new TenantWay("small").ConnectAsync(server.Address, model, Small);
            await using var same = await new TenantWay("flood").ConnectAsync(server.Address, model, Small);
            await using var flood = await new TenantWay("flood").ConnectAsync(server.Address, model, Flood);
            var (alone, beside, within) = (new List<Sample>(), new List<Sample>(), new List<Sample>());
            for (var round = -1; round < settings.Rounds; round++)
            {
                var lone = await ClosedLoop.RunAsync(small, Small, settings.Duration);
                var flooding = ClosedLoop.RunAsync(flood, Flood, 2 * settings.Duration);
                var shared = await ClosedLoop.RunAsync(small, Small, settings.Duration);
                var mixed = await ClosedLoop.RunAsync(same, Small, settings.Duration);
                await flooding;
                if (round >= 0)
                {
                    // The first turn warms up.
                    alone.Add(lone);
                    beside.Add(shared);
                    within.Add(mixed);
                }
            }

            rows.Add(string.Join(" | ",
                model.Model.Name,
                Spread.Of(alone.Select(sample => sample.P99)),
                Spread.Of(beside.Select(sample => sample.P99)),
                Spread.Of(within.Select(sample => sample.P99)),
                Spread.Of(beside.Zip(alone, (a, b) => a.P99 / b.P99)),
                Spread.Of(within.Zip(alone, (a, b) => a.P99 / b.P99)),
                Spread.Of(beside.Zip(alone, (a, b) => a.P50 / b.P50))));
        }

        report.Table("model | p99 alone µs | beside the flood | in the same flow | × alone | same flow × alone | p50 × alone", rows);
    }
}
