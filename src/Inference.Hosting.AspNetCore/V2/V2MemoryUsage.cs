// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>Memory of a version on one device, in the words of the statistics extension.</summary>
/// <param name="Type">CPU or GPU.</param>
/// <param name="Id">Index of the device.</param>
/// <param name="Bytes">How much.</param>
public readonly record struct V2MemoryUsage(string Type, int Id, long Bytes)
{
    /// <summary>Splits what a version holds over its devices, each of which holds the model once.</summary>
    /// <param name="version">The version.</param>
    /// <param name="statistics">Its counters.</param>
    /// <returns>Empty when the memory is unknown.</returns>
    public static IReadOnlyList<V2MemoryUsage> List(ModelVersionInfo version, ModelStatistics statistics)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(statistics);
        var devices = version.Metadata?.Devices ?? [];
        return statistics.MemoryBytes is not { } bytes ? []
            : devices.Count == 0 ? [new("CPU", 0, bytes)]
            : [.. devices.Select(device => new V2MemoryUsage(
                device.StartsWith("cpu", StringComparison.OrdinalIgnoreCase) ? "CPU" : "GPU",
                device.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon && int.TryParse(device.AsSpan(colon + 1), out var id) ? id : 0,
                bytes / devices.Count))];
    }
}
