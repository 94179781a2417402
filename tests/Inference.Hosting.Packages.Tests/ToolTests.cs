// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;

namespace Inference.Hosting.Packages.Tests;

/// <summary>The command, installed from its package as a user would, with nothing but that package to install from.</summary>
public sealed class ToolTests(PackedPackages packed)
{
    private const string Tool = "Inference.Hosting.Conformance.Tool";

    [Fact]
    public async Task Tool_Installed_WritesItsModelsAndListsItsStatements()
    {
        var folder = Directory.CreateDirectory(Path.Combine(packed.Work, "tool")).FullName;
        var command = await InstallAsync(folder);

        var (exitCode, output) = await DotNet.RunProgramAsync(command, folder, "models", "models");
        Assert.True(exitCode == 0, output);
        Assert.True(File.Exists(Path.Combine(folder, "models", "conformance_add_sub", "1", "model.onnx")));
        (exitCode, output) = await DotNet.RunProgramAsync(command, folder, "statements");
        Assert.True(exitCode == 0, output);
        Assert.Contains("rest.live: GET v2/health/live answers 200 [OIP REST, Server Live]", output, StringComparison.Ordinal);
        (exitCode, output) = await DotNet.RunProgramAsync(command, folder, "http://127.0.0.1:1");
        Assert.True(exitCode == 2, output);
    }

    /// <summary>Installs the command.</summary>
    /// <param name="folder">Where to.</param>
    /// <returns>Its path.</returns>
    private async Task<string> InstallAsync(string folder)
    {
        var config = Path.Combine(folder, "nuget.config");
        await File.WriteAllTextAsync(config, $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="inference-hosting-local" value="{packed.Folder}" />
              </packageSources>
            </configuration>
            """);
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(folder, "installed") };
        var (exitCode, output) = await DotNet.RunAsync(
            folder, environment, "tool", "install", Tool, "--version", PackedPackages.Version, "--tool-path", "bin", "--configfile", config);
        Assert.True(exitCode == 0, output);
        return Path.Combine(folder, "bin", "v2-conformance" + (RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? ".exe" : ""));
    }
}
