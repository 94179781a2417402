// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Ways;
using Inference.Hosting.Benchmarks.Wire;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>What a call of a model on a V2 server costs beside the same bytes sent by the plain clients of .NET.</summary>
internal static class RemoteV2Suite
{
    private static readonly int[] _callers = [1, 8];

    private static readonly (string Name, int Columns)[] _sizes = [("4 KB", 1024), ("600 KB", 150 * 1024)];

    public static async Task RunAsync(Settings settings, Report report)
    {
        report.Section("Remote V2 models", "A server in a process of its own gives back the tensor it gets. The plain clients send a body that was made once and do not read what the answer holds; "
            + "`UseV2` makes body and answer, with queue, limit, retries and choice of an address. CPU and bytes are the calling process's, for each call.");
        await using var server = await WireProcess.StartAsync(IdentityServer.Switch);
        var (rest, rpc) = ($"http://{server.Address.Http1}", server.Address.Http2.ToString());
        foreach (var (name, columns) in _sizes)
        {
            foreach (var callers in _callers)
            {
                IWay[] ways =
                [
                    RawCallWay.Rest(new Uri(rest), columns),
                    await RemoteWay.StartAsync("**UseV2, REST**", new Uri(rest), columns, callers),
                    RawCallWay.Rpc(new Uri($"http://{rpc}"), columns),
                    await RemoteWay.StartAsync("**UseV2, gRPC**", new Uri($"grpc://{rpc}"), columns, callers),
                ];
                var samples = ways.Select(_ => new List<Sample>()).ToArray();
                for (var round = -1; round < settings.Rounds; round++)
                {
                    for (var i = 0; i < ways.Length; i++)
                    {
                        var sample = await ClosedLoop.RunAsync(ways[i], callers, settings.Duration);
                        if (round >= 0)
                        {
                            // The first turn warms up.
                            samples[i].Add(sample);
                        }
                    }
                }

                report.Line($"{name} each way, {callers} caller(s).");
                report.Table(
                    "way | a second | p50 µs | over plain µs | × plain | p99 µs | CPU µs | bytes",
                    ways.Select((way, i) => Row(way.Name, samples[i], samples[i / 2 * 2])));
                foreach (var way in ways)
                {
                    await way.DisposeAsync();
                }
            }
        }
    }

    private static string Row(string name, List<Sample> samples, List<Sample> plain) => string.Join(" | ",
        name,
        Spread.Of(samples.Select(sample => sample.PerSecond)),
        Spread.Of(samples.Select(sample => sample.P50)),
        Spread.Of(samples.Zip(plain, (ours, bare) => ours.P50 - bare.P50)),
        Spread.Of(samples.Zip(plain, (ours, bare) => ours.P50 / bare.P50)),
        Spread.Of(samples.Select(sample => sample.P99)),
        Spread.Of(samples.Select(sample => sample.CpuMicroseconds)),
        Spread.Of(samples.Select(sample => sample.Bytes)));
}
