// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.V2.Contracts;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The model configuration extension, from what the model says of itself.</summary>
internal static class ModelConfig
{
    /// <param name="name">The model.</param>
    /// <param name="metadata">What the version says of itself.</param>
    /// <param name="batching">The options in force; null when its backend does not tell them.</param>
    public static ModelConfigBody Describe(string name, ModelMetadata metadata, BatchingInfo? batching)
        => new(
            name,
            metadata.Platform,
            metadata.Platform.Split('_')[0],
            metadata.SupportsBatching ? batching?.MaxBatchSize ?? metadata.MaxBatchSize : 0,
            [.. metadata.Inputs.Select(spec => Describe(spec, metadata.SupportsBatching, isInput: true))],
            [.. metadata.Outputs.Select(spec => Describe(spec, metadata.SupportsBatching, isInput: false))],
            [.. metadata.Devices.Select((device, index) => Describe(name, device, index))],
            metadata.SupportsBatching
                ? new DynamicBatchingBody(batching?.AllowedBatchSizes ?? [], (long)(batching?.MaxQueueDelay.TotalMicroseconds ?? 0))
                : null);

    private static ConfigTensorBody Describe(TensorSpec spec, bool batches, bool isInput)
    {
        // Where the model batches, the configuration speaks of one row; metadata speaks of the whole.
        var dimensions = batches && spec.BatchAxis is { } axis
            ? spec.Shape.Where((_, index) => index != axis)
            : spec.Shape;
        return new(spec.Name, "TYPE_" + TypeName(spec.DataType), [.. dimensions], isInput && spec.IsOptional ? true : null);
    }

    private static string TypeName(TensorDataType type) => type == TensorDataType.Bytes ? "STRING" : type.ToV2Name();

    private static InstanceGroupBody Describe(string name, string device, int index)
    {
        var colon = device.IndexOf(':', StringComparison.Ordinal);
        return colon > 0 && int.TryParse(device.AsSpan(colon + 1), out var gpu)
            ? new($"{name}_{index}", "KIND_GPU", [gpu])
            : new($"{name}_{index}", device.StartsWith("cpu", StringComparison.OrdinalIgnoreCase) ? "KIND_CPU" : "KIND_AUTO", null);
    }
}
