// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime;

/// <summary>Options of <c>cuda</c> devices, and of the CUDA part of <c>tensorrt</c> devices.</summary>
public sealed class OnnxCudaOptions
{
    /// <summary>Most bytes of the memory arena of one session; weights and libraries come on top.</summary>
    /// <value>Null by default: no bound. Provider option <c>gpu_mem_limit</c>.</value>
    public long? MemoryLimit { get; set; }

    /// <summary>Whether the arena grows by powers of two, which takes more memory than asked for, rather than by what is asked for.</summary>
    /// <value>False by default, unlike ONNX Runtime's own. Provider option <c>arena_extend_strategy</c>.</value>
    public bool GrowByPowersOfTwo { get; set; }

    /// <summary>Whether each new shape of a convolution is measured exhaustively, which makes its first run slow, instead of by a rule of thumb.</summary>
    /// <value>False by default, unlike ONNX Runtime's own: batches have many shapes. Provider option <c>cudnn_conv_algo_search</c>.</value>
    public bool ExhaustiveConvolutionSearch { get; set; }

    /// <summary>Whether FP32 products may be rounded to TF32.</summary>
    /// <value>True by default, as in ONNX Runtime. Provider option <c>use_tf32</c>.</value>
    public bool UseTf32 { get; set; } = true;
}
