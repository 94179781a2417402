// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.TestSupport;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Tests.Support;

/// <summary>Loads a small model twice in a process of its own and tells what came of it: some failures are for the life of a process. Also the head of a run on a device.</summary>
internal static class LoadProbe
{
    private const string Variable = "INFERENCE_HOSTING_TEST_PROBE";
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(1);

    /// <summary>Runs the probe if this process is one, and ends the process.</summary>
    public static void RunIfAsked()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } device)
        {
            return;
        }

        for (var i = 0; i < 2; i++)
        {
            try
            {
                TestEngine.LoadAnyway(new(null, OnnxModels.Mlp(8, 16, 4).ToBytes()), options => options.Device = device);
                Console.WriteLine($"loaded on {device}, ONNX Runtime {OrtEnvironment.NativeVersion} under managed {typeof(OrtEnv).Assembly.GetName().Version!.ToString(3)}");
            }
            catch (InferenceException exception)
            {
                Console.WriteLine($"{exception.Code}: {exception.Message}");
            }
        }

        Environment.Exit(0);
    }

    /// <summary>What each of the two loads said.</summary>
    /// <param name="folder">Of the test program, or of a copy of it.</param>
    /// <param name="device">To load on.</param>
    /// <param name="environment">Variables to set.</param>
    public static async Task<string[]> StartAsync(string folder, string device, params (string Name, string Value)[] environment)
    {
        var program = typeof(LoadProbe).Assembly.GetName().Name!;
        var start = new ProcessStartInfo(Path.Combine(folder, OperatingSystem.IsWindows() ? program + ".exe" : program))
        {
            RedirectStandardOutput = true,
            Environment = { [Variable] = device },
        };
        foreach (var (name, value) in environment)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        using var timeout = new CancellationTokenSource(_patience);
        var output = await process.StandardOutput.ReadToEndAsync(timeout.Token);
        await process.WaitForExitAsync(timeout.Token);
        Assert.Equal(0, process.ExitCode);
        return output.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
