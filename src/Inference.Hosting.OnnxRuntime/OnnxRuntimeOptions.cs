// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime;

/// <summary>How a graph is loaded and where it computes. Section <c>Inference:Models:{name}:OnnxRuntime</c>; a change needs a reload of the model.</summary>
public sealed class OnnxRuntimeOptions
{
    /// <summary>The device, in the text form of <see cref="OnnxDevice"/>; an <see cref="OnnxDevice"/> can be assigned.</summary>
    /// <value><c>cpu</c> by default. Not used when <see cref="Devices"/> has entries.</value>
    public string Device { get; set; } = "cpu";

    /// <summary>Several devices: one session each, instances are spread over them in turn.</summary>
    /// <value>Empty by default: <see cref="Device"/> alone.</value>
    public IList<string> Devices { get; } = [];

    /// <summary>Devices to try, in order, when a device cannot be had. A fallback is logged and shows in the metadata.</summary>
    /// <value>Empty by default: the device or a failed load.</value>
    public IList<string> Fallback { get; } = [];

    /// <summary>Whether every node must run on the device. By default small nodes, such as those that compute shapes, may stay on the processor.</summary>
    /// <value>False by default.</value>
    public bool Strict { get; set; }

    /// <summary>Threads that compute one run, the calling one included.</summary>
    /// <value>0 by default: one per physical core. From 0 to 1,024. With several instances, instances × threads should not exceed the cores.</value>
    public int IntraOpThreads { get; set; }

    /// <summary>Threads for independent branches of a graph; used only with <see cref="ParallelExecution"/>.</summary>
    /// <value>0 by default: as many as cores. From 0 to 1,024.</value>
    public int InterOpThreads { get; set; }

    /// <summary>Whether independent branches of a graph run in parallel.</summary>
    /// <value>False by default: a server gains more from batches and instances.</value>
    public bool ParallelExecution { get; set; }

    /// <summary>Whether threads of a session spin for work before they sleep.</summary>
    /// <value>False by default, unlike ONNX Runtime's own: spinning pays only for an instance that has its cores to itself.</value>
    public bool AllowSpinning { get; set; }

    /// <summary>How far the graph is rewritten at load.</summary>
    /// <value><see cref="OnnxGraphOptimization.All"/> by default.</value>
    public OnnxGraphOptimization GraphOptimization { get; set; }

    /// <summary>Whether the processor's memory comes from an arena, which keeps what the largest run needed.</summary>
    /// <value>True by default; false costs allocations in each run.</value>
    public bool CpuMemoryArena { get; set; } = true;

    /// <summary>Whether the memory of a run is laid out in one piece for shapes that were seen before.</summary>
    /// <value>True by default; always off on <c>directml</c>, which cannot.</value>
    public bool MemoryPattern { get; set; } = true;

    /// <summary>Options of CUDA devices.</summary>
    public OnnxCudaOptions Cuda { get; } = new();

    /// <summary>Options of TensorRT devices.</summary>
    public OnnxTensorRtOptions TensorRt { get; } = new();

    /// <summary>More options of the execution provider, by its own names; they win over the typed ones.</summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, string> ProviderOptions { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Session configuration entries, by ONNX Runtime's names. Unknown names fail the start: ONNX Runtime would ignore them.</summary>
    /// <value>Empty by default. Names that begin with <c>ep.</c> belong to providers and are not checked.</value>
    public IDictionary<string, string> SessionConfig { get; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>The axis along which rows are stacked, by input or output name, where the graph does not tell; -1 for none.</summary>
    /// <value>Empty by default: found by symbols, else proved by running 1 and 3 rows.</value>
    public IDictionary<string, int> BatchAxes { get; } = new Dictionary<string, int>(StringComparer.Ordinal);

    /// <summary>Sizes for symbols of the graph, fixed at load, for devices that need static shapes.</summary>
    /// <value>Empty by default.</value>
    public IDictionary<string, long> FreeDimensions { get; } = new Dictionary<string, long>(StringComparer.Ordinal);

    /// <summary>Libraries of custom operators to load into this process. Never read from a model's own folder.</summary>
    /// <value>Empty by default.</value>
    public IList<string> CustomOpLibraries { get; } = [];
}
