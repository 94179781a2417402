// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;

namespace Inference.Hosting.OnnxRuntime.Tests.Sessions;

/// <summary>A real native library that is older than the managed one, as an app gets it that pins one package and updates the other.</summary>
[Trait("Suite", "Device")]
public sealed class OlderNativeLibraryTests
{
    private const string Variable = "INFERENCE_HOSTING_TEST_OLDER_NATIVE";

    [Fact]
    public async Task Load_NativeLibraryOlderThanTheManagedOne_NamesBothVersionsAndTheMend()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } older)
        {
            Assert.Skip($"{Variable} names no native library that is older than the managed one; scripts/test_on_device.sh webgpu fetches one.");
            return;
        }

        // 1. The test program as an app would have it: its own files, and the older library where the official one was.
        using var folder = new TestFolder();
        var native = Path.Combine("runtimes", "linux-x64", "native");
        foreach (var file in Directory.GetFiles(AppContext.BaseDirectory))
        {
            File.Copy(file, folder.File(Path.GetFileName(file)));
        }

        Directory.CreateDirectory(folder.File(native));
        foreach (var file in Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, native)).Where(file => !file.Contains("libonnxruntime.so", StringComparison.Ordinal)))
        {
            File.Copy(file, folder.File(native, Path.GetFileName(file)));
        }

        File.Copy(older, folder.File(native, "libonnxruntime.so"));

        // 2. Both loads of that process explain it: the first touch of ONNX Runtime's types did not break them.
        var lines = await LoadProbe.StartAsync(folder.FullPath, "cpu");

        Assert.Equal(2, lines.Length);
        Assert.All(lines, line => Assert.Matches(
            @"^NotReady: The native ONNX Runtime library is of version 1\.\d+\.\d+, older than the managed one, 1\.31\. Set the NuGet package Microsoft\.ML\.OnnxRuntime .* to version 1\.31 in the app", line));
    }
}
