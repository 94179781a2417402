// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Samples.Ocr.Restore;

/// <summary>A package by name, and the files wanted from it.</summary>
/// <param name="Name">With its scope.</param>
/// <param name="Version">Exact.</param>
/// <param name="Files">The files.</param>
internal sealed record NpmPackage(string Name, string Version, IReadOnlyList<PackageFile> Files)
{
    /// <summary>Name and version as npm takes them.</summary>
    public string Id => $"{Name}@{Version}";

    /// <summary>The file that <c>npm pack</c> writes.</summary>
    public string ArchiveName => $"{Name.TrimStart('@').Replace('/', '-')}-{Version}.tgz";

    /// <summary>The command that fetches it.</summary>
    public string Command => $"npm pack {Id}";

    /// <summary>A folder of the user's own, shared by all apps that want the package.</summary>
    public string DefaultFolder
    {
        get
        {
            var data = Environment.GetFolderPath(
                Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify);
            return Path.Combine(
                data.Length > 0 ? data : AppContext.BaseDirectory,
                "Inference.Hosting.Samples",
                Path.GetFileNameWithoutExtension(ArchiveName));
        }
    }
}
