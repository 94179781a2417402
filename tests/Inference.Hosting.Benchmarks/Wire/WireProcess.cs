// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.Text;
using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Benchmarks.Ways;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>The server as the measuring process sees it: a process of its own, whose CPU and memory are counted apart.</summary>
internal sealed class WireProcess : IAsyncDisposable
{
    private static readonly byte[] _ask = HttpConnection.MakePost(WireServer.Counters, "text/plain", default);

    private readonly Process _process;
    private readonly HttpConnection _control;

    private WireProcess(Process process, WireAddress address, HttpConnection control) => (_process, Address, _control) = (process, address, control);

    public WireAddress Address { get; }

    /// <param name="mode">What it serves: <see cref="WireServer.Switch"/> or <see cref="TenantServer.Switch"/>.</param>
    public static async Task<WireProcess> StartAsync(string mode)
    {
        // Started by the dotnet command, the program is its first argument; started by itself, it is the process.
        var isHosted = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet";
        string[] arguments = isHosted ? [Environment.GetCommandLineArgs()[0], mode] : [mode];
        var process = Process.Start(new ProcessStartInfo(Environment.ProcessPath!, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true })!;
        var line = await process.StandardOutput.ReadLineAsync().ConfigureAwait(false)
            ?? throw new InvalidOperationException("The server did not start.");
        var address = WireAddress.Parse(line);
        return new WireProcess(process, address, await HttpConnection.OpenAsync(address.Http1).ConfigureAwait(false));
    }

    /// <summary>Loads a way; CPU and bytes of the sample are the server's.</summary>
    public async Task<Sample> MeasureAsync(IWay way, int callers, TimeSpan duration)
    {
        var (cpu, bytes) = await CountAsync().ConfigureAwait(false);
        var sample = await ClosedLoop.RunAsync(way, callers, duration).ConfigureAwait(false);
        var (cpuAfter, bytesAfter) = await CountAsync().ConfigureAwait(false);
        return sample with { CpuMicroseconds = (cpuAfter - cpu).TotalMicroseconds / sample.Count, Bytes = (double)(bytesAfter - bytes) / sample.Count };
    }

    public async ValueTask DisposeAsync()
    {
        _control.Dispose();
        _process.StandardInput.Close();
        await _process.WaitForExitAsync().ConfigureAwait(false);
        _process.Dispose();
    }

    private async Task<(TimeSpan Cpu, long Bytes)> CountAsync()
    {
        var body = Encoding.ASCII.GetString(HttpConnection.Join((await _control.SendAsync(_ask).ConfigureAwait(false)).Span)).Split(' ');
        return (TimeSpan.FromTicks(long.Parse(body[0], CultureInfo.InvariantCulture)), long.Parse(body[1], CultureInfo.InvariantCulture));
    }
}
