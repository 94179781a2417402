// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.Logging;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Sessions;

/// <summary>Proves at load that a graph really went to the device that was asked for: providers leave nodes to the processor in silence.</summary>
internal static class DeviceProof
{
    // Operators that do the bulk of a model's work; everything else may stay on the processor, as providers leave shape computations there.
    private static readonly string[] _heavy =
    [
        "MatMul", "Gemm", "Conv", "Attention", "LSTM", "GRU", "RNN", "Einsum", "QMoE", "MoE", "Resize", "GridSample",
    ];

    /// <exception cref="InferenceException">The device got no node, or left heavy ones to the processor; the message names them.</exception>
    public static void Verify(InferenceSession session, ProviderRequest request, ExecutionProvider provider, string model)
    {
        List<(string Provider, string Node, string Operator)> nodes;
        try
        {
            nodes = OrtInterop.GetAssignment(session);
        }
        catch (InvalidOperationException exception)
        {
            throw new InferenceException(
                InferenceErrorCode.NotReady,
                $"Whether the graph runs on the device '{request.Device.ToPublicString()}' could not be found out. Update the native ONNX Runtime package.",
                exception);
        }

        var elsewhere = nodes.Where(node => !provider.OwnNames.Contains(node.Provider)).Select(node => node.Operator).ToList();
        request.Logger.Placement(
            model,
            request.Device.ToPublicString(),
            nodes.Count - elsewhere.Count,
            elsewhere.Count,
            string.Join(", ", elsewhere.Distinct().Order(StringComparer.Ordinal)));
        var isUsed = nodes.Count > elsewhere.Count || TakesTensors(session);
        if (Judge(request.Device.ToPublicString(), isUsed, elsewhere, request.Options.Strict) is { } problem)
        {
            throw new InferenceException(InferenceErrorCode.NotReady, problem);
        }
    }

    /// <summary>What is wrong with a placement, or null.</summary>
    /// <param name="device">For the message.</param>
    /// <param name="isUsed">Whether anything of the graph is on the device.</param>
    /// <param name="elsewhere">Operators of the nodes on the processor.</param>
    /// <param name="strict">Whether none may be there.</param>
    internal static string? Judge(string device, bool isUsed, IReadOnlyCollection<string> elsewhere, bool strict)
    {
        if (!isUsed && elsewhere.Count > 0)
        {
            return $"The device '{device}' took no node of the graph; on the processor are {Count(elsewhere)}. Use cpu, or export with operators and types that the device supports.";
        }

        var wrong = elsewhere
            .Where(op => strict || Array.Exists(_heavy, heavy => op.Contains(heavy, StringComparison.OrdinalIgnoreCase)))
            .ToList();
        return wrong.Count == 0
            ? null
            : $"The device '{device}' left nodes to the processor: {Count(wrong)}. "
                + (strict ? "OnnxRuntime:Strict does not allow any." : "That would make each run slow. Export the graph with operators and types that the device supports.");
    }

    // Providers that change the layout of tensors place their nodes in a pass that ONNX Runtime does not record (seen with WebGPU):
    // then a graph's inputs and outputs show that the device is used. Nodes on the processor are recorded in any case.
    private static bool TakesTensors(InferenceSession session)
    {
        using var inputs = session.GetMemoryInfosForInputs();
        using var outputs = session.GetMemoryInfosForOutputs();
        return inputs.Concat(outputs).Any(memory => memory.GetDeviceType() != OrtMemoryInfoDeviceType.CPU);
    }

    private static string Count(IEnumerable<string> operators) => string.Join(
        ", ", operators.GroupBy(op => op).Select(group => $"{group.Key} × {group.Count()}").Order(StringComparer.Ordinal));
}
