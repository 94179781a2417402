// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>A version in the index of the repository.</summary>
/// <param name="Version">Its name.</param>
/// <param name="State">READY, LOADING, UNLOADING or UNAVAILABLE.</param>
/// <param name="Reason">Why it cannot serve; empty when it can.</param>
public readonly record struct V2RepositoryEntry(string Version, string State, string Reason);
