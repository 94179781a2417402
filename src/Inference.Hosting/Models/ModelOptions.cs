// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>The life of a model in the host. Section <c>Inference:Models:{name}</c>; reloads unless said otherwise.</summary>
public sealed class ModelOptions
{
    /// <summary>Whether the host stops when the model cannot load at start. Read at start.</summary>
    /// <value>False by default: the app runs, the model's routes answer 503 with the reason, and loading is tried again.</value>
    public bool Required { get; set; }

    /// <summary>Whether the model is loaded at start. Read at start.</summary>
    /// <value>True by default; false waits for the catalog's load.</value>
    public bool LoadAtStart { get; set; } = true;

    /// <summary>Time a version may take to load and warm up.</summary>
    /// <value>10 minutes by default.</value>
    public TimeSpan LoadTimeout { get; set; } = TimeSpan.FromMinutes(10);

    /// <summary>Pause before a failed load is tried again; doubles up to <see cref="MaxRetryDelay"/>.</summary>
    /// <value>5 s by default.</value>
    public TimeSpan RetryDelay { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>Longest pause between tries.</summary>
    /// <value>5 minutes by default.</value>
    public TimeSpan MaxRetryDelay { get; set; } = TimeSpan.FromMinutes(5);

    /// <summary>Time for accepted work to finish when a version is unloaded, replaced or the host stops; what is left then fails with NotReady.</summary>
    /// <value>30 s by default. The host's own shutdown timeout bounds it too.</value>
    public TimeSpan DrainTimeout { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Models that stand in for this one when it is down, full, or slower than <see cref="FallbackAfter"/>, in this order. Read at start.</summary>
    /// <value>Empty by default. Names or aliases; each model's own fallbacks follow it.</value>
    /// <remarks>Whoever may use this model reaches them through it, also those that ask for a policy when they are called by their own name.</remarks>
    public IList<string> Fallback { get; } = [];

    /// <summary>How long a call may wait for its first answer before the next model is asked, with what is left of the deadline.</summary>
    /// <value>Null by default: as long as the deadline allows. From 1 ms to 1 d; without <see cref="Fallback"/> it does nothing.</value>
    public TimeSpan? FallbackAfter { get; set; }

    /// <summary>Other names on the wire, such as <c>org/name</c>. Read at start.</summary>
    public IList<string> Aliases { get; } = [];
}
