// SPDX-License-Identifier: Apache-2.0

using System.Xml.Linq;

[assembly: AssemblyFixture(typeof(Inference.Hosting.Packages.Tests.PackedPackages))]

namespace Inference.Hosting.Packages.Tests;

/// <summary>All packages of the solution, packed once for a run.</summary>
public sealed class PackedPackages : IAsyncLifetime
{
    private readonly DirectoryInfo _work = Directory.CreateTempSubdirectory("inference-hosting-packages-");

    public static string Root { get; } = FindRoot();

    /// <summary>The version that all packages share.</summary>
    public static string Version { get; } = (string)XDocument.Load(Path.Combine(Root, "Directory.Build.props"))
        .Descendants("Version").Single();

    /// <summary>A folder to work in, removed at the end.</summary>
    public string Work => _work.FullName;

    /// <summary>The local source that holds the packages.</summary>
    public string Folder => Path.Combine(Work, "packages");

    /// <summary>The version that the repository pins a package to.</summary>
    public static string PinnedVersion(string package)
        => (string)XDocument.Load(Path.Combine(Root, "Directory.Packages.props")).Descendants("PackageVersion")
            .Single(item => (string?)item.Attribute("Include") == package).Attribute("Version")!;

    public async ValueTask InitializeAsync()
    {
        var (exitCode, output) = await DotNet.RunAsync(
            Root, null, "pack", "Inference.Hosting.sln", "-c", "Release", "-o", Folder, "-v", "minimal");
        Assert.True(exitCode == 0, output);
    }

    public ValueTask DisposeAsync()
    {
        _work.Delete(recursive: true);
        return ValueTask.CompletedTask;
    }

    private static string FindRoot()
    {
        for (var folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Inference.Hosting.sln")))
            {
                return folder;
            }
        }

        throw new DirectoryNotFoundException("These tests pack the repository: run them from a checkout.");
    }
}
