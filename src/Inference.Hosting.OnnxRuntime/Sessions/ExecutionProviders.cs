// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>The one table of execution providers. Only the wanted one is appended: order is priority, and the processor is implicit.</summary>
internal static class ExecutionProviders
{
    private const string WebGpuName = "WebGpuExecutionProvider";

    private static readonly string[] _cudaNames = ["CUDAExecutionProvider", "CudaPluginExecutionProvider"];

    private static readonly ExecutionProvider[] _table =
    [
        new("cpu", false, ["CPUExecutionProvider"], "Microsoft.ML.OnnxRuntime", _ => { }),
        new("cuda", true, _cudaNames, "Microsoft.ML.OnnxRuntime.Gpu", AppendCuda),
        new("tensorrt", true, ["TensorrtExecutionProvider", .. _cudaNames], "Microsoft.ML.OnnxRuntime.Gpu", AppendTensorRt) { ShapesAreExpensive = true },
        new("directml", true, ["DmlExecutionProvider"], "Microsoft.ML.OnnxRuntime.DirectML", request => AppendNamed(request, "DML")) { Concurrency = ProviderConcurrency.OnePerSession, IsSequential = true },
        new("coreml", false, ["CoreMLExecutionProvider"], "Microsoft.ML.OnnxRuntime, on macOS or iOS", request => AppendNamed(request, "CoreML")) { ShapesAreExpensive = true },
        new("openvino", false, ["OpenVINOExecutionProvider"], "Intel.ML.OnnxRuntime.OpenVino", request => AppendNamed(request, "OpenVINO")) { ShapesAreExpensive = true },
        new("qnn", false, ["QNNExecutionProvider"], "Microsoft.ML.OnnxRuntime.QNN", request => AppendNamed(request, "QNN")) { ShapesAreExpensive = true },
        new("webgpu", false, [WebGpuName], "Microsoft.ML.OnnxRuntime built with WebGPU", request => AppendNamed(request, "WebGPU")) { Concurrency = ProviderConcurrency.OnePerProcess },
        new("migraphx", true, ["MIGraphXExecutionProvider"], "Microsoft.ML.OnnxRuntime built with MIGraphX", request => AppendNamed(request, "MIGraphX")) { ShapesAreExpensive = true },
        new("xnnpack", false, ["XnnpackExecutionProvider"], "Microsoft.ML.OnnxRuntime built with XNNPACK", request => AppendNamed(request, "XNNPACK")),
    ];

    /// <summary>The text forms of devices, for messages.</summary>
    public static IEnumerable<string> Forms => _table.Select(provider => provider.HasIndex ? $"{provider.Name}:0" : provider.Name);

    public static ExecutionProvider? Find(string name)
        => Array.Find(_table, provider => provider.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    public static ExecutionProvider For(OnnxDevice device)
        => device.Library is null
            ? Find(device.Provider) ?? throw new ArgumentException(OnnxDevice.Describe(device.Provider), nameof(device))
            : new(device.Provider, true, [device.Provider], $"the library of {device.Provider}", AppendPlugin)
            {
                Concurrency = device.Provider == WebGpuName ? ProviderConcurrency.OnePerProcess : ProviderConcurrency.Free,
            };

    private static void AppendCuda(ProviderRequest request)
    {
        var options = CudaSettings(request);
        if (PluginProviders.FindDevice(request.Environment, _cudaNames, request.Device.Index) is { } device)
        {
            request.Session.AppendExecutionProvider(request.Environment, [device], options);
            return;
        }

        options["device_id"] = request.Device.Index.ToString(CultureInfo.InvariantCulture);
        using var provider = new OrtCUDAProviderOptions();
        provider.UpdateOptions(options);
        request.Session.AppendExecutionProvider_CUDA(provider);
    }

    private static void AppendTensorRt(ProviderRequest request)
    {
        var typed = request.Options.TensorRt;
        var options = new Dictionary<string, string>
        {
            ["device_id"] = request.Device.Index.ToString(CultureInfo.InvariantCulture),
            ["trt_fp16_enable"] = typed.UseFp16 ? "1" : "0",
            ["trt_int8_enable"] = typed.UseInt8 ? "1" : "0",
        };
        Set(options, "trt_max_workspace_size", typed.MaxWorkspaceBytes?.ToString(CultureInfo.InvariantCulture));
        Set(options, "trt_profile_min_shapes", typed.ProfileMinShapes);
        Set(options, "trt_profile_opt_shapes", typed.ProfileOptShapes);
        Set(options, "trt_profile_max_shapes", typed.ProfileMaxShapes);
        if (typed.CacheFolder is { } folder)
        {
            options["trt_engine_cache_enable"] = "1";
            options["trt_engine_cache_path"] = folder;
            options["trt_timing_cache_enable"] = "1";
            options["trt_timing_cache_path"] = folder;
        }

        // Options that begin with trt_ are TensorRT's; the others belong to CUDA, which takes the nodes that TensorRT leaves.
        foreach (var (key, value) in request.Options.ProviderOptions.Where(IsTensorRt))
        {
            options[key] = value;
        }

        using var provider = new OrtTensorRTProviderOptions();
        provider.UpdateOptions(options);
        request.Session.AppendExecutionProvider_Tensorrt(provider);
        AppendCuda(request);
    }

    private static void AppendNamed(ProviderRequest request, string name)
    {
        var options = new Dictionary<string, string>(request.Options.ProviderOptions, StringComparer.Ordinal);
        if (ExecutionProviders.For(request.Device).HasIndex)
        {
            options.TryAdd("device_id", request.Device.Index.ToString(CultureInfo.InvariantCulture));
        }

        request.Session.AppendExecutionProvider(name, options);
    }

    private static void AppendPlugin(ProviderRequest request)
    {
        var device = PluginProviders.Register(request);
        request.Session.AppendExecutionProvider(
            request.Environment, [device], new Dictionary<string, string>(request.Options.ProviderOptions, StringComparer.Ordinal));
    }

    private static Dictionary<string, string> CudaSettings(ProviderRequest request)
    {
        var typed = request.Options.Cuda;
        var options = new Dictionary<string, string>
        {
            ["arena_extend_strategy"] = typed.GrowByPowersOfTwo ? "kNextPowerOfTwo" : "kSameAsRequested",
            ["cudnn_conv_algo_search"] = typed.ExhaustiveConvolutionSearch ? "EXHAUSTIVE" : "HEURISTIC",
            ["use_tf32"] = typed.UseTf32 ? "1" : "0",
        };
        Set(options, "gpu_mem_limit", typed.MemoryLimit?.ToString(CultureInfo.InvariantCulture));
        foreach (var (key, value) in request.Options.ProviderOptions.Where(entry => !IsTensorRt(entry)))
        {
            options[key] = value;
        }

        return options;
    }

    private static bool IsTensorRt(KeyValuePair<string, string> entry) => entry.Key.StartsWith("trt_", StringComparison.Ordinal);

    private static void Set(Dictionary<string, string> options, string key, string? value)
    {
        if (value is not null)
        {
            options[key] = value;
        }
    }
}
