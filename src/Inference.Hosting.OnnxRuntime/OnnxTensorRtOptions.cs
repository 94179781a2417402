// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime;

/// <summary>Options of <c>tensorrt</c> devices.</summary>
public sealed class OnnxTensorRtOptions
{
    /// <summary>Whether FP32 graphs may run in FP16.</summary>
    /// <value>False by default. Provider option <c>trt_fp16_enable</c>.</value>
    public bool UseFp16 { get; set; }

    /// <summary>Whether INT8 is used where the graph is quantised.</summary>
    /// <value>False by default. Provider option <c>trt_int8_enable</c>.</value>
    public bool UseInt8 { get; set; }

    /// <summary>A folder where built engines and timings are kept, so that the next start is fast. They fit one card, TensorRT and ONNX Runtime version.</summary>
    /// <value>Null by default: nothing is kept. Provider options <c>trt_engine_cache_path</c>, <c>trt_timing_cache_path</c>.</value>
    public string? CacheFolder { get; set; }

    /// <summary>Most bytes that an engine may use while it computes.</summary>
    /// <value>Null by default: TensorRT decides. Provider option <c>trt_max_workspace_size</c>.</value>
    public long? MaxWorkspaceBytes { get; set; }

    /// <summary>Smallest shapes of all dynamic inputs, as <c>input:1x3x224x224,other:1x8</c>. The three profiles belong together.</summary>
    /// <value>Null by default: engines are built again for each wider range, inside a run. Provider option <c>trt_profile_min_shapes</c>.</value>
    public string? ProfileMinShapes { get; set; }

    /// <summary>The shapes to optimise for.</summary>
    /// <value>Null by default. Provider option <c>trt_profile_opt_shapes</c>.</value>
    public string? ProfileOptShapes { get; set; }

    /// <summary>Largest shapes of all dynamic inputs.</summary>
    /// <value>Null by default. Provider option <c>trt_profile_max_shapes</c>.</value>
    public string? ProfileMaxShapes { get; set; }
}
