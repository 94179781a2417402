// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>What is known about an execution provider.</summary>
/// <param name="Name">As in the text form of a device.</param>
/// <param name="HasIndex">Whether a device has a number.</param>
/// <param name="OwnNames">Names that ONNX Runtime reports for nodes placed on it.</param>
/// <param name="Package">What the app has to add to have it.</param>
/// <param name="Append">Adds it to a session's options; throws what ONNX Runtime throws when it cannot be had.</param>
internal sealed record ExecutionProvider(
    string Name, bool HasIndex, string[] OwnNames, string Package, Action<ProviderRequest> Append)
{
    /// <summary>Whether each new shape is compiled or searched for.</summary>
    public bool ShapesAreExpensive { get; init; }

    /// <summary>What must not happen at the same time.</summary>
    public ProviderConcurrency Concurrency { get; init; }

    /// <summary>Whether memory patterns and parallel branches are off: the provider does not know them.</summary>
    public bool IsSequential { get; init; }
}
