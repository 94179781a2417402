// SPDX-License-Identifier: Apache-2.0

using System.Reflection.Metadata;
using System.Text;

namespace Inference.Hosting.Packages.Tests;

/// <summary>What stands in the packages.</summary>
public sealed class PackageContentTests(PackedPackages packed)
{
    private const string Core = "Inference.Hosting";
    private const string Gpu = "Inference.Hosting.OnnxRuntime.Gpu";

    private const string Tool = "Inference.Hosting.Conformance.Tool";

    private static readonly Guid _sourceLink = new("CC110556-A091-4D38-9FEC-25AB9A351A6A");

    private static readonly Dictionary<string, string[]> _dependencies = new()
    {
        [Core] =
        [
            "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Diagnostics.Abstractions",
            "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.Options.ConfigurationExtensions",
        ],
        ["Inference.Hosting.AspNetCore"] = [Core],
        ["Inference.Hosting.Grpc"] = ["Inference.Hosting.AspNetCore", "Google.Protobuf", "Grpc.AspNetCore.Server"],
        ["Inference.Hosting.OnnxRuntime"] = [Core, "Microsoft.ML.OnnxRuntime.Managed", "System.Numerics.Tensors"],
        [Gpu] = ["Inference.Hosting.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Gpu"],
        ["Inference.Hosting.Text"] = [Core, "Microsoft.Extensions.AI.Abstractions"],
        ["Inference.Hosting.Remote"] = [Core, "Microsoft.Extensions.Http.Resilience"],
        ["Inference.Hosting.Testing"] = [Core],
        ["Inference.Hosting.Conformance"] = ["Inference.Hosting.Testing", "Google.Protobuf", "Grpc.Net.Client"],
        [Tool] = [],
    };

    public static TheoryData<string> All => [.. _dependencies.Keys];

    public static TheoryData<string> WithCode => [.. _dependencies.Keys.Where(id => id is not (Gpu or Tool))];

    [Fact]
    public void Pack_TheSolution_GivesThesePackages()
        => Assert.Equal(
            _dependencies.Keys.Select(id => $"{id}.{PackedPackages.Version}.nupkg").Order(StringComparer.Ordinal),
            Directory.EnumerateFiles(packed.Folder, "*.nupkg").Select(Path.GetFileName).Order(StringComparer.Ordinal));

    [Theory]
    [MemberData(nameof(All))]
    public void Package_Metadata_IsComplete(string id)
    {
        using var package = new PackageFile(packed.Folder, id);
        Assert.Equal(PackedPackages.Version, package.Value("version"));
        Assert.Equal("Apache-2.0", package.Value("license"));
        Assert.Equal("README.md", package.Value("readme"));
        Assert.Equal("icon.png", package.Value("icon"));
        Assert.Contains("inference", package.Value("tags").Split(' '));
        Assert.True(package.Value("description").Length > 40, "a description that says something");
        Assert.NotEmpty(package.Value("authors"));
        Assert.Contains("Inference.Hosting", Encoding.UTF8.GetString(package.Read("README.md")));
        Assert.Equal([0x89, (byte)'P', (byte)'N', (byte)'G'], package.Read("icon.png")[..4]);
    }

    [Theory]
    [MemberData(nameof(All))]
    public void Package_Dependencies_AreThoseOfItsKind(string id)
    {
        using var package = new PackageFile(packed.Folder, id);
        Assert.All(_dependencies[id], dependency => Assert.Contains(dependency, package.Dependencies));

        // Central pinning of transitive versions writes what the core brings into every package above it; nothing else may be there.
        Assert.All(package.Dependencies.Except(_dependencies[id]), dependency => Assert.True(
            id is not (Gpu or Tool) && dependency.StartsWith("Microsoft.Extensions.", StringComparison.Ordinal), dependency));
    }

    [Theory]
    [MemberData(nameof(WithCode))]
    public void Package_WithCode_HoldsTheAssemblyAndItsDocs(string id)
    {
        using var package = new PackageFile(packed.Folder, id);
        Assert.Equal(
            [$"lib/net10.0/{id}.dll", $"lib/net10.0/{id}.xml"],
            package.Files.Where(file => file.StartsWith("lib/", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.DoesNotContain(package.Files, file => file.StartsWith("runtimes/", StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(WithCode))]
    public void Package_WithCode_HasSymbols_WithSourceLinkWhereTheRepositoryIsKnown(string id)
    {
        using var symbols = new PackageFile(packed.Folder, id, "snupkg");
        var pdb = symbols.Read($"lib/net10.0/{id}.pdb");
        using var provider = MetadataReaderProvider.FromPortablePdbStream(new MemoryStream(pdb));
        var reader = provider.GetMetadataReader();
        var hasLink = reader.CustomDebugInformation
            .Any(handle => reader.GetGuid(reader.GetCustomDebugInformation(handle).Kind) == _sourceLink);
        using var package = new PackageFile(packed.Folder, id);
        var repository = package.Metadata.Elements().SingleOrDefault(element => element.Name.LocalName == "repository");
        Assert.Equal(repository?.Attribute("url") is not null, hasLink);
    }

    [Fact]
    public void GpuPackage_Dependencies_HaveTheVersionsThatAreTested()
    {
        using var package = new PackageFile(packed.Folder, Gpu);
        var versions = package.Metadata.Descendants().Where(element => element.Name.LocalName == "dependency")
            .ToDictionary(element => (string)element.Attribute("id")!, element => (string)element.Attribute("version")!);
        Assert.Equal(PackedPackages.Version, versions["Inference.Hosting.OnnxRuntime"]);
        Assert.Equal(PackedPackages.PinnedVersion("Microsoft.ML.OnnxRuntime.Managed"), versions["Microsoft.ML.OnnxRuntime.Gpu"]);
    }
}
