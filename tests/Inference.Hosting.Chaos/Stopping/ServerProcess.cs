// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Inference.Hosting.Chaos.Stopping;

/// <summary>This program once more, as a server in a process of its own.</summary>
internal sealed partial class ServerProcess : IDisposable
{
    private const int SigTerm = 15;

    private readonly Process _process;

    private ServerProcess(Process process, Uri[] addresses) => (_process, Addresses) = (process, addresses);

    /// <summary>HTTP/1.1 first, HTTP/2 next.</summary>
    public Uri[] Addresses { get; }

    public static async Task<ServerProcess> StartAsync(TimeSpan linger)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet")
        {
            start.ArgumentList.Add(typeof(ServerProcess).Assembly.Location);
        }

        start.ArgumentList.Add("--serve");
        start.ArgumentList.Add(linger.TotalMilliseconds.ToString("0", CultureInfo.InvariantCulture));
        var process = Process.Start(start)!;
        var line = await process.StandardOutput.ReadLineAsync();
        if (line?.Split(' ') is not [StoppedServer.Listens, .. var addresses])
        {
            process.Kill();
            throw new InvalidOperationException($"The server said '{line}' instead of where it listens.");
        }

        return new ServerProcess(process, [.. addresses.Select(address => new Uri(address))]);
    }

    public void Terminate()
    {
        if (Kill(_process.Id, SigTerm) != 0)
        {
            throw new InvalidOperationException($"SIGTERM could not be sent: error {Marshal.GetLastPInvokeError()}.");
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>Exit code, and what it counted: model, successes, failures, cancelled.</returns>
    /// <exception cref="OperationCanceledException">It did not end in time.</exception>
    public async Task<(int ExitCode, IReadOnlyList<(string Model, long[] Counts)> Counted)> WaitAsync(TimeSpan patience)
    {
        using var source = new CancellationTokenSource(patience);
        List<(string, long[])> counted = [];
        while (await _process.StandardOutput.ReadLineAsync(source.Token) is { } line)
        {
            if (line.Split(' ') is [StoppedServer.Counted, var model, .. var counts])
            {
                counted.Add((model, [.. counts.Select(count => long.Parse(count, CultureInfo.InvariantCulture))]));
            }
        }

        await _process.WaitForExitAsync(source.Token);
        return (_process.ExitCode, counted);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
        }

        _process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static partial int Kill(int process, int signal);
}
