// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;
using System.Security.Cryptography;

namespace Inference.Hosting.Clients.Tests.Support;

/// <summary>The npm packages of <c>node/package-lock.json</c>, restored once into the ignored folder <c>.models</c>. npm checks each one's SHA-512.</summary>
internal sealed class NodePackages
{
    private const int OldestNode = 22;
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(5);
    private static readonly SemaphoreSlim _gate = new(1);

    private NodePackages(string folder, string node) => (Folder, Node) = (folder, node);

    /// <summary>The scripts, with <c>node_modules</c> beside them.</summary>
    public string Folder { get; }

    /// <summary>The program that runs them.</summary>
    public string Node { get; }

    /// <summary>The packages, or null with the reason for a skipped test.</summary>
    public static async Task<(NodePackages? Packages, string Reason)> TryRestoreAsync(CancellationToken cancellationToken)
    {
        var source = Path.Combine(AppContext.BaseDirectory, "node");
        var key = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(Path.Combine(source, "package-lock.json"), cancellationToken)));
        var folder = Path.Combine(FindRoot(), ".models", $"npm-{key[..16]}");
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (!Directory.Exists(folder) && await TryInstallAsync(source, folder, cancellationToken) is { } reason)
            {
                return (null, reason);
            }
        }
        finally
        {
            _gate.Release();
        }

        var own = Path.Combine(folder, "node_modules", ".bin", "node");
        return (new NodePackages(folder, File.Exists(own) ? own : "node"), "");
    }

    private static async Task<string?> TryInstallAsync(string source, string folder, CancellationToken cancellationToken)
    {
        // Beside the folder and moved at the end, so that nobody ever finds half of it.
        var work = Directory.CreateDirectory($"{folder}.{Path.GetRandomFileName()}").FullName;
        try
        {
            foreach (var file in (string[])["package.json", "package-lock.json"])
            {
                File.Copy(Path.Combine(source, file), Path.Combine(work, file));
            }

            // A node of our own is 120 MB, and only wanted where the machine's is too old.
            string[] omit = await HasNodeAsync(cancellationToken) ? ["--omit=optional"] : [];
            var npm = OperatingSystem.IsWindows() ? "npm.cmd" : "npm";
            var (status, output) = await RunAsync(npm, ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error", .. omit], work, cancellationToken);
            if (status != 0)
            {
                return $"npm could not restore the clients: {output.Trim().Split('\n')[0]}";
            }

            Directory.Move(work, folder);
            return null;
        }
        catch (Win32Exception)
        {
            return "npm is not installed, so the clients cannot be restored.";
        }
        finally
        {
            if (Directory.Exists(work))
            {
                Directory.Delete(work, recursive: true);
            }
        }
    }

    private static async Task<bool> HasNodeAsync(CancellationToken cancellationToken)
    {
        try
        {
            var (status, output) = await RunAsync("node", ["--version"], AppContext.BaseDirectory, cancellationToken);
            return status == 0 && Version.TryParse(output.Trim().TrimStart('v'), out var version) && version.Major >= OldestNode;
        }
        catch (Win32Exception)
        {
            return false;
        }
    }

    /// <summary>Runs a program to its end.</summary>
    /// <returns>Its exit code, and what it wrote: errors first.</returns>
    public static async Task<(int Status, string Output)> RunAsync(
        string program, IEnumerable<string> arguments, string folder, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        })!;
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(_patience);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(limit.Token);
            var errors = await process.StandardError.ReadToEndAsync(limit.Token);
            var text = errors + await output;
            await process.WaitForExitAsync(limit.Token);
            return (process.ExitCode, text);
        }
        finally
        {
            if (!process.HasExited)
            {
                process.Kill(entireProcessTree: true);
            }
        }
    }

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Inference.Hosting.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? AppContext.BaseDirectory;
    }
}
