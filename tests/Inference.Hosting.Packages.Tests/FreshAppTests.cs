// SPDX-License-Identifier: Apache-2.0

using System.Net;
using System.Text;
using System.Text.Json;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.Packages.Tests;

/// <summary>What a new user does first: add the packages to an empty web app, and serve a model.</summary>
public sealed class FreshAppTests(PackedPackages packed)
{
    private static readonly string[] _packages = ["Inference.Hosting.AspNetCore", "Inference.Hosting.OnnxRuntime", "Inference.Hosting.Testing"];

    [Fact]
    public async Task FreshApp_OnThePackages_ServesAModelAndStopsOnInterrupt()
    {
        var folder = Directory.CreateDirectory(Path.Combine(packed.Work, "app")).FullName;
        WriteApp(folder, await GlobalPackagesAsync());
        var environment = new Dictionary<string, string> { ["NUGET_PACKAGES"] = Path.Combine(packed.Work, "installed") };

        var (exitCode, output) = await DotNet.RunAsync(folder, environment, "build", "-c", "Release", "-warnaserror");
        Assert.True(exitCode == 0, output);

        await using var app = new FreshApp(folder);
        using var client = new HttpClient { BaseAddress = await app.StartAsync() };
        using var ready = await client.GetAsync("/v2/health/ready");
        Assert.Equal(HttpStatusCode.OK, ready.StatusCode);
        Assert.Equal([("OUTPUT0", 7), ("OUTPUT1", 1)], await InferAsync(client));
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Served; Ctrl-C cannot be sent to another process here.");
        Assert.Equal(0, await app.StopAsync());
        Assert.Contains("Application is shutting down", app.Output, StringComparison.Ordinal);
    }

    private static void WriteApp(string folder, string userPackages)
    {
        OnnxModels.AddSub().Save(Path.Combine(folder, "models", "add_sub.onnx"));
        // What ours depend on was restored for this build and is read from the user's folder, not downloaded again. Packages of
        // ours may lie there, too, from somebody's own tries: the mapping takes them from this build only.
        File.WriteAllText(Path.Combine(folder, "nuget.config"), $"""
            <configuration>
              <packageSources>
                <clear />
                <add key="inference-hosting-local" value="../packages" />
                <add key="user-packages" value="{userPackages}" />
              </packageSources>
              <fallbackPackageFolders>
                <clear />
              </fallbackPackageFolders>
              <packageSourceMapping>
                <clear />
                <packageSource key="inference-hosting-local">
                  <package pattern="Inference.Hosting*" />
                </packageSource>
                <packageSource key="user-packages">
                  <package pattern="*" />
                </packageSource>
              </packageSourceMapping>
            </configuration>
            """);
        File.WriteAllText(Path.Combine(folder, "App.csproj"), $"""
            <Project Sdk="Microsoft.NET.Sdk.Web">
              <PropertyGroup>
                <TargetFramework>net10.0</TargetFramework>
                <Nullable>enable</Nullable>
                <ImplicitUsings>enable</ImplicitUsings>
              </PropertyGroup>
              <ItemGroup>
                {string.Concat(_packages.Select(package => $"<PackageReference Include=\"{package}\" Version=\"[{PackedPackages.Version}]\" />"))}
                <PackageReference Include="Microsoft.ML.OnnxRuntime" Version="{PackedPackages.PinnedVersion("Microsoft.ML.OnnxRuntime")}" />
              </ItemGroup>
            </Project>
            """);
        File.WriteAllText(Path.Combine(folder, "Program.cs"), """
            var builder = WebApplication.CreateBuilder(args);
            builder.Services.AddModel("add_sub").UseOnnxRuntime("models/add_sub.onnx");
            builder.Services.AddHealthChecks().AddInference();

            var app = builder.Build();
            app.MapInference();
            app.Run();
            """);
    }

    private static async Task<(string Name, int Last)[]> InferAsync(HttpClient client)
    {
        var (fours, threes) = (string.Join(',', Enumerable.Repeat(4, 16)), string.Join(',', Enumerable.Repeat(3, 16)));
        using var body = new StringContent(
            $$"""
            {"inputs":[{"name":"INPUT0","datatype":"INT32","shape":[1,16],"data":[{{fours}}]},{"name":"INPUT1","datatype":"INT32","shape":[1,16],"data":[{{threes}}]}]}
            """,
            Encoding.UTF8,
            "application/json");
        using var response = await client.PostAsync("/v2/models/add_sub/infer", body);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.OK, text);
        using var answer = JsonDocument.Parse(text);
        return
        [
            .. answer.RootElement.GetProperty("outputs").EnumerateArray()
                .Select(output => (output.GetProperty("name").GetString()!, output.GetProperty("data")[15].GetInt32())),
        ];
    }

    private static async Task<string> GlobalPackagesAsync()
    {
        var (_, output) = await DotNet.RunAsync(
            PackedPackages.Root, null, "nuget", "locals", "global-packages", "--list", "--force-english-output");
        return output.Split("global-packages:")[^1].Trim();
    }
}
