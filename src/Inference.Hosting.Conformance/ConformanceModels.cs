// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Generated;

namespace Inference.Hosting.Conformance;

/// <summary>Four small models whose answers are known, for the statements that metadata alone cannot check.</summary>
public static class ConformanceModels
{
    /// <summary>INPUT0, INPUT1 INT32[N,16] → OUTPUT0 their sum, OUTPUT1 their difference; at most 8 rows a batch.</summary>
    public const string AddSub = "conformance_add_sub";

    /// <summary>For each of the twelve datatypes that JSON can carry an input <c>IN_INT64</c> [N,n] → an output <c>OUT_INT64</c>, the same.</summary>
    public const string Types = "conformance_types";

    /// <summary>INPUT FP32[N,n] → OUTPUT, the same.</summary>
    public const string Floats = "conformance_fp32";

    /// <summary>INPUT FP16[N,n] → OUTPUT, the same.</summary>
    public const string Halves = "conformance_fp16";

    /// <summary>The names that a server must serve them by.</summary>
    public static IReadOnlyList<string> Names { get; } = [AddSub, Types, Floats, Halves];

    /// <summary>Writes them as a model repository: <c>NAME/config.pbtxt</c> and <c>NAME/1/model.onnx</c>.</summary>
    /// <param name="folder">Made if it is not there; other files in it stay.</param>
    /// <remarks>Triton, KServe's Triton runtime and <c>UseOnnxRuntime("NAME/1")</c> read it as it is.</remarks>
    public static void WriteTo(string folder)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        foreach (var model in GeneratedModels.All)
        {
            model.WriteTo(folder);
        }
    }
}
