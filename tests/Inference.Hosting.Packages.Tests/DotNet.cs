// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;

namespace Inference.Hosting.Packages.Tests;

/// <summary>Runs the SDK as a user would.</summary>
internal static class DotNet
{
    private static readonly TimeSpan _timeout = TimeSpan.FromMinutes(10);

    /// <summary>Runs a command to its end.</summary>
    /// <param name="folder">Where it runs.</param>
    /// <param name="environment">Variables set for it.</param>
    /// <param name="arguments">What follows <c>dotnet</c>.</param>
    /// <returns>Its exit code and what it wrote.</returns>
    public static Task<(int ExitCode, string Output)> RunAsync(
        string folder, Dictionary<string, string>? environment, params string[] arguments)
        => RunAsync(Info(folder, environment, arguments));

    /// <summary>Runs another program to its end.</summary>
    /// <param name="program">Its path.</param>
    /// <param name="folder">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>Its exit code and what it wrote.</returns>
    public static Task<(int ExitCode, string Output)> RunProgramAsync(string program, string folder, params string[] arguments)
    {
        var info = Info(folder, null, arguments);
        info.FileName = program;
        return RunAsync(info);
    }

    private static async Task<(int ExitCode, string Output)> RunAsync(ProcessStartInfo info)
    {
        using var process = Process.Start(info)!;
        using var timeout = new CancellationTokenSource(_timeout);
        var output = process.StandardOutput.ReadToEndAsync(timeout.Token);
        var errors = process.StandardError.ReadToEndAsync(timeout.Token);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
            return (process.ExitCode, await output + await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{info.FileName} {string.Join(' ', info.ArgumentList)} took longer than {_timeout}.");
        }
    }

    public static ProcessStartInfo Info(string folder, Dictionary<string, string>? environment, params string[] arguments)
    {
        var info = new ProcessStartInfo("dotnet", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // A node that outlives the command would hold its pipes open, and with them the test.
        info.Environment["MSBUILDDISABLENODEREUSE"] = "1";
        info.Environment["DOTNET_CLI_USE_MSBUILD_SERVER"] = "0";
        info.Environment["DOTNET_CLI_UI_LANGUAGE"] = "en";
        info.Environment["NO_COLOR"] = "1";
        foreach (var name in info.Environment.Keys.Where(name => name.StartsWith("TESTINGPLATFORM_", StringComparison.Ordinal)).ToList())
        {
            info.Environment.Remove(name);
        }

        foreach (var (name, value) in environment ?? [])
        {
            info.Environment[name] = value;
        }

        return info;
    }
}
