// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Ways;
using Inference.Hosting.Benchmarks.Wire;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>Ways over the wire, with the server in a process of its own, beside the same model in process and ONNX Runtime alone.</summary>
internal static class WireSuite
{
    private const string Explanation =
        "Client and server are two processes on the same cores; CPU and bytes are the server's, for each request. *A CPU-second* is how many requests the server answers with a second of CPU. "
        + "*Of raw + bare* compares it with a server that would spend what ONNX Runtime spends on a row at its best batch and what the bare transport spends on the same bytes, and nothing else. "
        + "*In process* and *ONNX Runtime alone* run in the measuring process, callers included.";

    public static async Task RunAsync(Settings settings, Report report)
    {
        await using var server = await WireProcess.StartAsync(WireServer.Switch);
        foreach (var model in WireModel.CreateAll().Where(model => settings.WantsModel(model.Model.Name)))
        {
            report.Section($"{model.Model.Name}, over the wire", Explanation);
            await using var local = await ClientWay.StartAsync("in process", model.Model);
            await CheckAsync(server, model);
            foreach (var callers in settings.Callers)
            {
                await RunAsync(settings, report, server, model, local, callers);
            }
        }
    }

    private static async Task RunAsync(Settings settings, Report report, WireProcess server, WireModel model, ClientWay local, int callers)
    {
        var limit = new RawLimit(model.Model);
        var best = limit.Calibrate(callers);
        var ways = new List<(IWireWay Kind, IWay Way, List<Sample> Samples)>();
        foreach (var kind in WireWays.All)
        {
            ways.Add((kind, await kind.ConnectAsync(server.Address, model, callers), []));
        }

        var (raw, inProcess) = (new List<Sample>(), new List<Sample>());
        for (var round = -1; round < settings.Rounds; round++)
        {
            // The first turn warms up.
            var samples = (Raw: limit.Measure(best, settings.Duration), Local: await ClosedLoop.RunAsync(local, callers, settings.Duration));
            foreach (var (_, way, list) in ways)
            {
                list.Add(await server.MeasureAsync(way, callers, settings.Duration));
            }

            raw.Add(samples.Raw);
            inProcess.Add(samples.Local);
        }

        foreach (var list in (List<Sample>[])[raw, inProcess, .. ways.Select(way => way.Samples)])
        {
            list.RemoveAt(0);
        }

        var byHand = ways.Single(way => way.Kind.Name == HandWrittenWay.Title).Samples;
        report.Line($"{callers} callers; ONNX Runtime alone with {best.Rows} rows on {best.Instances} instance(s).");
        report.Table(
            "way | a second | CPU µs | a CPU-second | × by hand | of raw + bare | p50 µs | over in process µs | p99 µs | bytes",
            [
                Row("ONNX Runtime alone", raw, null, byHand, inProcess),
                Row(local.Name, inProcess, null, byHand, inProcess),
                .. ways.Select(way => Row(way.Kind.Name, way.Samples, Bound(way.Kind), byHand, inProcess)),
            ]);
        foreach (var (_, way, _) in ways)
        {
            await way.DisposeAsync();
        }

        double[]? Bound(IWireWay kind) => kind.Bare is null
            ? null
            : [.. ways.Single(way => way.Kind.Name == kind.Bare).Samples.Zip(raw, (bare, row) => bare.CpuMicroseconds + row.CpuMicroseconds)];
    }

    private static string Row(string name, List<Sample> samples, double[]? bound, List<Sample> byHand, List<Sample> inProcess)
        => string.Join(" | ",
            name,
            Spread.Of(samples.Select(sample => sample.PerSecond)),
            Spread.Of(samples.Select(sample => sample.CpuMicroseconds)),
            Spread.Of(samples.Select(sample => 1e6 / sample.CpuMicroseconds)),
            Spread.Of(samples.Zip(byHand, (sample, hand) => hand.CpuMicroseconds / sample.CpuMicroseconds)),
            bound is null ? "" : Spread.Of(samples.Zip(bound, (sample, most) => most / sample.CpuMicroseconds)),
            samples[0].P50 == 0 ? "" : Spread.Of(samples.Select(sample => sample.P50)),
            samples[0].P50 == 0 ? "" : Spread.Of(samples.Zip(inProcess, (sample, ours) => sample.P50 - ours.P50)),
            samples[0].P50 == 0 ? "" : Spread.Of(samples.Select(sample => sample.P99)),
            samples[0].P50 == 0 ? "" : Spread.Of(samples.Select(sample => sample.Bytes)));

    // A way that answers wrongly, or does nothing, must not look fast.
    private static async Task CheckAsync(WireProcess server, WireModel model)
    {
        float[]? expected = null;
        foreach (var way in WireWays.All)
        {
            if (await way.AskAsync(server.Address, model) is { } output)
            {
                expected ??= output;
                if (output.Length != expected.Length || output.Zip(expected).Any(pair => !(Math.Abs(pair.First - pair.Second) < 1e-3)))
                {
                    throw new InvalidOperationException($"{way.Name} answers otherwise than the ways before it.");
                }
            }
        }
    }
}
