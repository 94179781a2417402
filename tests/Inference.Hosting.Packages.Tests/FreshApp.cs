// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;

namespace Inference.Hosting.Packages.Tests;

/// <summary>A web app as a new user would write it, in a folder of its own, on our packages alone.</summary>
internal sealed partial class FreshApp(string folder) : IAsyncDisposable
{
    private const int Interrupt = 2;

    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(2);

    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Process? _process;

    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    /// <summary>Starts the built app on a free port.</summary>
    /// <returns>Its address, once it listens and its model is ready.</returns>
    public async Task<Uri> StartAsync()
    {
        _process = new Process
        {
            StartInfo = DotNet.Info(folder, null, Path.Combine("bin", "Release", "net10.0", "App.dll"), "--urls", "http://127.0.0.1:0"),
            EnableRaisingEvents = true,
        };
        _process.OutputDataReceived += (_, line) => Read(line.Data);
        _process.ErrorDataReceived += (_, line) => Read(line.Data);
        _process.Exited += (_, _) => _address.TrySetException(new InvalidOperationException($"The app ended: {Output}"));
        _process.Start();
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
        try
        {
            var address = await _address.Task.WaitAsync(_timeout);
            await _ready.Task.WaitAsync(_timeout);
            return address;
        }
        catch (TimeoutException)
        {
            throw new TimeoutException($"The app is not ready after {_timeout}: {Output}");
        }
    }

    /// <summary>Presses Ctrl-C.</summary>
    /// <returns>The exit code.</returns>
    public async Task<int> StopAsync()
    {
        Assert.Equal(0, Kill(_process!.Id, Interrupt));
        using var timeout = new CancellationTokenSource(_timeout);
        await _process.WaitForExitAsync(timeout.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is null)
        {
            return;
        }

        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    [GeneratedRegex(@"Now listening on: (http://\S+)")]
    private static partial Regex Listening();

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        if (Listening().Match(line) is { Success: true } match)
        {
            _address.TrySetResult(new Uri(match.Groups[1].Value));
        }

        if (line.Contains("is ready after", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }
}
