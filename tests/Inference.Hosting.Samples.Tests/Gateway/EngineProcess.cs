// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Inference.Hosting.Samples.Tests.Gateway;

/// <summary>The sample's language model as a server of its own, which can be killed.</summary>
internal sealed class EngineProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    private readonly Process _process;

    private EngineProcess(Process process, Uri address) => (_process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts it.</summary>
    /// <param name="port">Where; 0 for a free port.</param>
    public static async Task<EngineProcess> StartAsync(int port = 0)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true };
        foreach (var argument in (string[])[typeof(global::Gateway.Engine.WordChat).Assembly.Location, "engine", "--urls", $"http://127.0.0.1:{port}"])
        {
            start.ArgumentList.Add(argument);
        }

        var process = Process.Start(start)!;
        using var patience = new CancellationTokenSource(_patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is { } line)
        {
            if (line.Split("Now listening on: ") is [_, var address])
            {
                _ = process.StandardOutput.ReadToEndAsync(CancellationToken.None);
                return new EngineProcess(process, new Uri(address.Trim()));
            }
        }

        throw new InvalidOperationException("The engine ended before it listened.");
    }

    /// <summary>Ends it as a power cut would.</summary>
    public void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            Kill();
        }

        _process.Dispose();
    }
}
