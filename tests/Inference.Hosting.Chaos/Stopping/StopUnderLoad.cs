// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Inference.Hosting.Chaos.Checks;

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>SIGTERM to a real process under load: readiness falls, accepted work finishes, new work gets 503, the exit code is 0, nothing is lost.</summary>
internal sealed class StopUnderLoad(ChaosRun run, TimeSpan linger)
{
    // The host's own, HostOptions.ShutdownTimeout.
    private static readonly TimeSpan _grace = TimeSpan.FromSeconds(30);

    private readonly ConcurrentQueue<StopRecord> _records = new();
    private long _ready;
    private long _unready;

    public async Task<string> RunAsync()
    {
        if (OperatingSystem.IsWindows())
        {
            return "skipped: the stop by SIGTERM, which Windows does not have. Hosts there are stopped by Ctrl+C or the service control manager, and drain in the same way";
        }

        return await run.WatchAsync("the stop", StopAsync) ?? "FAILED stop";
    }

    private async Task<string> StopAsync()
    {
        using var server = await ServerProcess.StartAsync(linger);
        using var http1 = Client(server.Addresses[0], HttpVersion.Version11);
        using var http2 = Client(server.Addresses[1], HttpVersion.Version20);
        var callers = Enumerable.Range(0, 32)
            .Select(i => new StopCaller(i / 2 % 2 == 0 ? http1 : http2, StoppedServer.Models[i % 2], _records).RunAsync())
            .Append(ProbeAsync(http1))
            .ToArray();
        await Task.Delay(new Random(run.Seed).Next(500, 1500));

        var signal = Stopwatch.GetTimestamp();
        server.Terminate();
        var (exitCode, counted) = await server.WaitAsync(_grace);
        var took = Stopwatch.GetElapsedTime(signal);
        await Task.WhenAll(callers);

        Check(signal, exitCode, counted);
        var records = _records.ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"""
            {(run.Failures == 0 ? "ok" : "FAILED")} stop, seed {run.Seed}, listening on for {linger.TotalSeconds:0.#} s: {records.Length} requests, {Count(StopAnswer.Ok)} answered ({Finished(signal)} of them sent before SIGTERM and answered after it), {Count(StopAnswer.Unavailable)} got 503, {Count(StopAnswer.Closed)} connections closed, {Count(StopAnswer.Refused)} refused; readiness fell {Milliseconds(signal, _unready)} ms after SIGTERM, the listener closed after {Milliseconds(signal, FirstRefused())} ms, exit code {exitCode} after {took.TotalMilliseconds:0} ms; the server counts {counted.Sum(model => model.Counts[0])} answers
            """);
    }

    private void Check(long signal, int exitCode, IReadOnlyList<(string Model, long[] Counts)> counted)
    {
        run.Equal(0, exitCode, "The exit code");
        run.Equal(StoppedServer.Models.Length, counted.Count, "Models that were counted");
        foreach (var (model, counts) in counted)
        {
            // What the server accepted it has answered, and the answers have arrived.
            run.Equal(_records.Count(record => record.Model == model && record.Answer == StopAnswer.Ok), counts[0], $"Answers of {model}");
            run.Equal(0, counts[1], $"Failures of {model}");
            run.Equal(0, counts[2], $"Cancelled of {model}");
        }

        foreach (var record in _records.Where(record => record.Answer == StopAnswer.Other || (record.Answer != StopAnswer.Ok && record.Ended < signal)))
        {
            run.Fail($"A request to {record.Model} ended with {record.Answer}, {Milliseconds(signal, record.Ended)} ms after SIGTERM: {record.Text}");
        }

        run.Expect(Finished(signal) > 0, "No request was under way when the server was stopped.");
        run.Expect(_ready < FirstRefused(), "The server was still ready when the listener had closed.");
        if (linger > TimeSpan.Zero)
        {
            run.Expect(_unready != 0 && _unready < FirstRefused(), "Readiness did not fall before the listener closed.");
            run.Expect(Count(StopAnswer.Unavailable) > 0, "No new work got 503.");
            run.Expect(Stopwatch.GetElapsedTime(signal, FirstRefused()) >= linger * 0.9, $"The listener closed {Milliseconds(signal, FirstRefused())} ms after SIGTERM.");
        }
    }

    private async Task ProbeAsync(HttpClient client)
    {
        await Task.Yield();
        try
        {
            while (true)
            {
                var sent = Stopwatch.GetTimestamp();
                using var response = await client.GetAsync("/v2/health/ready");
                if (response.StatusCode == HttpStatusCode.OK)
                {
                    _ready = sent;
                }
                else if (response.StatusCode == HttpStatusCode.ServiceUnavailable && _unready == 0)
                {
                    _unready = Stopwatch.GetTimestamp();
                }

                await Task.Delay(2);
            }
        }
        catch (HttpRequestException)
        {
            // The end.
        }
    }

    private int Count(StopAnswer answer) => _records.Count(record => record.Answer == answer);

    private int Finished(long signal) => _records.Count(record => record.Answer == StopAnswer.Ok && record.Sent < signal && record.Ended > signal);

    private long FirstRefused() => _records.Where(record => record.Answer == StopAnswer.Refused).Min(record => record.Ended);

    private static string Milliseconds(long from, long to)
        => to == 0 ? "?" : Stopwatch.GetElapsedTime(from, to).TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture);

    private static HttpClient Client(Uri address, Version version) => new(new SocketsHttpHandler { UseProxy = false })
    {
        BaseAddress = address,
        DefaultRequestVersion = version,
        DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        Timeout = Timeout.InfiniteTimeSpan,
    };
}
