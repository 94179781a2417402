// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime;

/// <summary>How far ONNX Runtime rewrites a graph when it loads it.</summary>
public enum OnnxGraphOptimization
{
    /// <summary>Everything: fusions and layouts for this processor included.</summary>
    All,

    /// <summary>Redundant nodes go, and nodes are fused.</summary>
    Extended,

    /// <summary>Redundant nodes go.</summary>
    Basic,

    /// <summary>The graph stays as it is in the file.</summary>
    None,
}
