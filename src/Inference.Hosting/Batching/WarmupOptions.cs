// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>What runs before a version is ready. Section <c>Inference:Models:{name}:Warmup</c>; needs a reload of the model.</summary>
public sealed class WarmupOptions
{
    /// <summary>Whether anything runs at all. Without it the first callers pay, and costs are learned from traffic alone.</summary>
    /// <value>True by default.</value>
    public bool Enabled { get; set; } = true;

    /// <summary>Time for all sizes and lengths; when it is short, fewer sizes are warmed.</summary>
    /// <value>10 s by default.</value>
    public TimeSpan Budget { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Ragged lengths to warm.</summary>
    /// <value>Empty by default: powers of two up to <see cref="BatchingOptions.MaxLength"/>, else 16, 64 and 256.</value>
    public IList<int> Lengths { get; } = [];

    /// <summary>Makes a one-row request that the model answers, for warm-up and as the probe that tells a sick engine from bad data.</summary>
    /// <value>Null by default: zeros, with 1 for each dimension that varies.</value>
    /// <remarks>From code only. Called for each use; the argument is the ragged length, 0 when there is none.</remarks>
    public Func<int, InferenceRequest>? Sample { get; set; }
}
