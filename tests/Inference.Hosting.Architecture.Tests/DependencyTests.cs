// SPDX-License-Identifier: Apache-2.0

using System.Xml.Linq;

namespace Inference.Hosting.Architecture.Tests;

/// <summary>Packages are split where a dependency appears, and all arrows point at the core.</summary>
public sealed class DependencyTests
{
    private const string Core = "Inference.Hosting";

    /// <summary>What each project may name in its file; build-time packages aside.</summary>
    private static readonly Dictionary<string, string[]> _projects = new()
    {
        [Core] =
        [
            "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Diagnostics.Abstractions",
            "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions",
            "Microsoft.Extensions.Options.ConfigurationExtensions",
        ],
        ["Inference.Hosting.OnnxRuntime"] = [Core, "Microsoft.ML.OnnxRuntime.Managed", "System.Numerics.Tensors"],
        ["Inference.Hosting.OnnxRuntime.Gpu"] = [],
        ["Inference.Hosting.AspNetCore"] = [Core, "Microsoft.AspNetCore.App"],
        ["Inference.Hosting.Grpc"] = ["Inference.Hosting.AspNetCore", "Microsoft.AspNetCore.App", "Google.Protobuf", "Grpc.AspNetCore.Server"],
        ["Inference.Hosting.Text"] = [Core, "Microsoft.Extensions.AI.Abstractions"],
        ["Inference.Hosting.Remote"] = [Core, "Microsoft.Extensions.Http.Resilience"],
        ["Inference.Hosting.Testing"] = [Core],
        ["Inference.Hosting.Conformance"] = ["Inference.Hosting.Testing", "Google.Protobuf", "Grpc.Net.Client"],
        ["Inference.Hosting.Conformance.Tool"] = ["Inference.Hosting.Conformance"],
    };

    /// <summary>What each assembly may load beyond the framework's own; Microsoft.Extensions abstractions are allowed to all.</summary>
    private static readonly Dictionary<string, string[]> _assemblies = new()
    {
        [Core] = [],
        ["Inference.Hosting.OnnxRuntime"] = [Core, "Microsoft.ML.OnnxRuntime", "System.Numerics.Tensors"],
        ["Inference.Hosting.AspNetCore"] = 
        [
            Core, "Microsoft.AspNetCore.", "Microsoft.Net.Http.Headers", "Microsoft.Extensions.Diagnostics.HealthChecks",
            "Microsoft.Extensions.Diagnostics.HealthChecks.Abstractions", "Microsoft.Extensions.Features", "Microsoft.Extensions.ObjectPool",
        ],
        ["Inference.Hosting.Grpc"] =
        [
            Core, "Inference.Hosting.AspNetCore", "Microsoft.AspNetCore.", "Microsoft.Extensions.Features", "Microsoft.Extensions.ObjectPool",
            "Google.Protobuf", "Grpc.AspNetCore.Server", "Grpc.Core.Api", "Grpc.Net.Common",
        ],
        ["Inference.Hosting.Text"] = [Core, "Microsoft.Extensions.AI.Abstractions"],
        ["Inference.Hosting.Remote"] = [Core, "Microsoft.Extensions.Http", "Microsoft.Extensions.Http.Resilience", "Microsoft.Extensions.Telemetry.Abstractions", "Polly.Core"],
        ["Inference.Hosting.Testing"] = [Core],
        ["Inference.Hosting.Conformance"] = [Core, "Inference.Hosting.Testing", "Google.Protobuf", "Grpc.Core.Api", "Grpc.Net.Client"],
        ["Inference.Hosting.Conformance.Tool"] = ["Inference.Hosting.Conformance"],
    };

    private static readonly string[] _extensions =
    [
        "Microsoft.Extensions.Configuration", "Microsoft.Extensions.Configuration.Abstractions", "Microsoft.Extensions.Configuration.Binder",
        "Microsoft.Extensions.DependencyInjection.Abstractions", "Microsoft.Extensions.Diagnostics.Abstractions",
        "Microsoft.Extensions.Hosting.Abstractions", "Microsoft.Extensions.Logging.Abstractions", "Microsoft.Extensions.Options",
        "Microsoft.Extensions.Options.ConfigurationExtensions", "Microsoft.Extensions.Primitives",
    ];

    /// <summary>Of the web host's assemblies, what no other package may load.</summary>
    private static readonly string[] _webOnly = ["Microsoft.AspNetCore", "Microsoft.Net.Http", "System.Net.Http"];

    [Fact]
    public void EveryProject_NamesOnlyItsPackages()
    {
        var projects = Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories);
        Faults.AssertNone(
            from project in projects
            let name = Path.GetFileNameWithoutExtension(project)
            from reference in References(project)
            where !(_projects.TryGetValue(name, out var allowed) && allowed.Contains(reference))
            select $"{Repository.Relative(project)} refers to {reference}: add it to DependencyTests only if it is that package's reason to exist");
    }

    [Fact]
    public void EveryAssembly_LoadsOnlyItsPackages() => Faults.AssertNone(
        from assembly in Assemblies.All
        let name = assembly.GetName().Name!
        from reference in assembly.GetReferencedAssemblies()
        let target = reference.Name!
        where !IsFramework(target) && !_extensions.Contains(target)
            && !_assemblies.GetValueOrDefault(name, []).Any(allowed => allowed.EndsWith('.')
                ? target.StartsWith(allowed, StringComparison.Ordinal)
                : target == allowed)
        select $"{name} loads {target}");

    [Fact]
    public void Core_LoadsNothingOfTheWeb() => Faults.AssertNone(
        from assembly in Assemblies.All
        where assembly.GetName().Name is not ("Inference.Hosting.AspNetCore" or "Inference.Hosting.Grpc" or "Inference.Hosting.Conformance" or "Inference.Hosting.Remote")
        from reference in assembly.GetReferencedAssemblies()
        where _webOnly.Any(web => reference.Name!.StartsWith(web, StringComparison.Ordinal))
        select $"{assembly.GetName().Name} loads {reference.Name}");

    [Fact]
    public void NoProject_OfSrc_BringsNativeCode() => Faults.AssertNone(
        from project in Directory.EnumerateFiles(Path.Combine(Repository.Root, "src"), "*.csproj", SearchOption.AllDirectories)
        from reference in References(project)
        where reference.StartsWith("Microsoft.ML.OnnxRuntime", StringComparison.Ordinal) && reference != "Microsoft.ML.OnnxRuntime.Managed"
            || reference.Contains("NativeAssets", StringComparison.Ordinal)
        select $"{Repository.Relative(project)} brings {reference}; the app picks the native package");

    private static bool IsFramework(string name)
        => name is "System.Runtime" or "Microsoft.Win32.Primitives" || (name.StartsWith("System.", StringComparison.Ordinal) && name != "System.Numerics.Tensors");

    private static IEnumerable<string> References(string project) => XDocument.Load(project).Descendants()
        .Where(element => element.Name.LocalName is "PackageReference" or "ProjectReference" or "FrameworkReference")
        .Where(element => (string?)element.Attribute("PrivateAssets") != "all")
        .Select(element => (string)element.Attribute("Include")!)
        .Select(include => include.EndsWith(".csproj", StringComparison.Ordinal)
            ? Path.GetFileNameWithoutExtension(include.Replace('\\', '/'))
            : include);
}
