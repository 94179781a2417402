// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Engines;

/// <summary>Facts about an engine that decide how it may be scheduled.</summary>
public sealed record EngineTraits
{
    /// <summary>Pure, one instance by default, any number of rows.</summary>
    public static EngineTraits Default { get; } = new();

    /// <summary>Whether rows may be run again after a failed run. False fails a batch whole.</summary>
    /// <value>True by default.</value>
    public bool IsPure { get; init; } = true;

    /// <summary>Whether several instances share the same cores, so that a sleeping one is no idle device.</summary>
    /// <value>False by default.</value>
    public bool InstancesShareDevice { get; init; }

    /// <summary>Number of devices; instances are spread over them.</summary>
    /// <value>1 by default.</value>
    public int DeviceCount { get; init; } = 1;

    /// <summary>Whether each new shape is expensive (compilation, algorithm search), so that lengths are padded to a coarse grid that warm-up covers.</summary>
    /// <value>False by default.</value>
    public bool ShapesAreExpensive { get; init; }

    /// <summary>The only row counts the engine runs, ascending; rows are padded up to the next. Empty for any.</summary>
    public IReadOnlyList<int> AllowedBatchSizes { get; init; } = [];
}
