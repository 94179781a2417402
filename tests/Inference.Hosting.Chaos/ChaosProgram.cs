// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using Grpc.Net.Client;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Chaos.Checks;
using Inference.Hosting.Chaos.Doors;
using Inference.Hosting.Chaos.Serving;
using Inference.Hosting.Chaos.Trouble;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Chaos;

/// <summary>Everything at once, for a time: callers at all doors, an operator, a prober and vandals. Then the accounts.</summary>
internal sealed class ChaosProgram(ChaosRun run)
{
    private const int CallersADoor = 8;

    /// <summary>Runs it.</summary>
    /// <returns>The line of figures.</returns>
    public async Task<string> RunAsync()
    {
        await using var app = await ChaosApp.StartAsync(run.Tally);
        using var metrics = new MetricTotals(app.Services.GetRequiredService<IMeterFactory>());
        using var http1 = Client(app.Http1, HttpVersion.Version11);
        using var http2 = Client(app.Http2, HttpVersion.Version20);
        using var grpc = GrpcChannel.ForAddress(app.Http2, new GrpcChannelOptions { HttpHandler = new SocketsHttpHandler { UseProxy = false }, DisposeHttpClient = true });
        var callers = Doors(app, http1, http2, grpc).Select((door, i) => new Caller(run, door, app.Folder, (run.Seed * 1000) + i)).ToArray();
        var (admin, prober) = (new Operator(run, app), new Prober(run, http1));
        var vandals = Enumerable.Range(0, 3).Select(i => new Vandal(run, app.Http1, (run.Seed * 1000) + 900 + i)).ToArray();
        var resets = new RapidReset(run, app.Http2, (run.Seed * 1000) + 950);

        var warm = default(MemoryLevel);
        foreach (var isOver in (Func<bool>[])[() => run.IsWarm, () => run.IsOver])
        {
            await Task.WhenAll(
            [
                .. callers.Select(caller => caller.RunAsync(() => !isOver())),
                .. vandals.Select(vandal => vandal.RunAsync(() => !isOver())),
                resets.RunAsync(() => !isOver()),
                admin.RunAsync(() => !isOver()),
                prober.RunAsync(() => !isOver()),
            ]);
            warm = warm == default ? MemoryLevel.Read() : warm;
        }

        var elapsed = run.Elapsed;
        await new Identities(run, app, metrics).CheckAsync();
        CheckCoverage(admin);
        foreach (var fault in app.Log.Faults)
        {
            run.Fail($"The server logged: {fault}");
        }

        var end = MemoryLevel.Read();
        end.CheckAgainst(warm, run);
        return Figures(elapsed, admin, vandals.Sum(vandal => vandal.Broken), resets.Streams, warm, end);
    }

    private static IEnumerable<IDoor> Doors(ChaosApp app, HttpClient http1, HttpClient http2, GrpcChannel grpc)
    {
        for (var i = 0; i < CallersADoor; i++)
        {
            var client = i % 2 == 0 ? http1 : http2;
            yield return new RestJsonDoor(client, i);
            yield return new RestBinaryDoor(client);
            yield return new GrpcUnaryDoor(grpc);
            yield return new InProcessDoor(app.Catalog);
            if (i % 2 == 0)
            {
                yield return new ComposedDoor(i % 4 == 0 ? http1 : http2);
                yield return new GrpcStreamDoor(grpc);
            }
        }
    }

    private static HttpClient Client(Uri address, Version version) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };

    // A run in which nothing was refused, late, poisoned or unloaded would prove nothing about it.
    private void CheckCoverage(Operator admin)
    {
        if (run.Tally.Ended < 10_000)
        {
            return;
        }

        foreach (var (kind, outcome) in Allowed.ToBeSeen)
        {
            run.Expect(run.Tally.Seen(kind, outcome) > 0, $"No call of kind {kind} ended with {outcome}: the run did not test it.");
        }

        run.Expect(admin is { Reloads: > 0, BrokenReloads: > 0, Unloads: > 0 }, "The operator did not reload, break and unload.");
    }

    private string Figures(TimeSpan elapsed, Operator admin, long dropped, long resets, MemoryLevel warm, MemoryLevel end)
    {
        var tally = run.Tally;
        return string.Create(CultureInfo.InvariantCulture, $"""
            {(run.Failures == 0 ? "ok" : "FAILED")} seed {run.Seed}: {tally.Ended} calls in {elapsed.TotalSeconds:0} s ({string.Join(", ", tally.Doors.Select(door => $"{door.Calls} {door.Door}"))}) and {tally.Inner} inner ones: {tally.Total(Outcome.Ok)} answered, {tally.Total(Outcome.Gone)} left, {tally.Total(Outcome.Full)} refused as full, {tally.Total(Outcome.Late)} late, {tally.Total(Outcome.Failed)} poisoned, {tally.Total(Outcome.Invalid)} invalid, {tally.Total(Outcome.NotFound)} not found, {tally.Total(Outcome.TooLarge)} too large, {tally.Total(Outcome.NotReady)} not ready; {admin.Reloads} reloads, {admin.BrokenReloads} broken ones, {admin.Unloads} unloads; {dropped} connections dropped, {resets} streams reset; managed memory {warm.Managed >> 20} -> {end.Managed >> 20} MiB, process {warm.Process >> 20} -> {end.Process >> 20} MiB; {tally.Sent - tally.Ended} lost, {run.Failures} violations
            """);
    }
}
