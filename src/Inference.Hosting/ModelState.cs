// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;

/// <summary>Where a version is in its life.</summary>
public enum ModelState
{
    /// <summary>Known, not loaded.</summary>
    Unloaded,

    /// <summary>Being loaded or warmed up.</summary>
    Loading,

    /// <summary>Loaded, warm, serving.</summary>
    Ready,

    /// <summary>Loading failed, or it stopped working; the reason says why. It is tried again.</summary>
    Failed,

    /// <summary>Accepts nothing new; finishes what it accepted.</summary>
    Draining,
}
