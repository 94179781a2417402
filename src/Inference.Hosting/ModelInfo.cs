// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>A snapshot of one model in the catalog.</summary>
/// <param name="Name">The name of the model.</param>
/// <param name="Versions">All known versions, oldest first.</param>
public sealed record ModelInfo(string Name, IReadOnlyList<ModelVersionInfo> Versions)
{
    /// <summary>Other names on the wire.</summary>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The version that requests without a version get, or null while none is ready.</summary>
    public ModelVersionInfo? Default { get; init; }

    /// <summary>Authorization policies that a remote caller must satisfy; an empty name stands for the app's default policy.</summary>
    public IReadOnlyList<string> Policies { get; init; } = [];

    /// <summary>Models that stand in for it, in the order in which they are asked.</summary>
    public IReadOnlyList<string> Fallbacks { get; init; } = [];

    /// <summary>Whether the host stops when the model cannot load.</summary>
    public bool IsRequired { get; init; }

    /// <summary>Whether readiness of the host waits for it: it is required, or is loaded at start and was not unloaded on purpose since.</summary>
    /// <value>True by default.</value>
    public bool IsAwaited { get; init; } = true;

    /// <summary>Whether a request without a version can be served now.</summary>
    public bool IsReady => Default is { State: ModelState.Ready };
}
