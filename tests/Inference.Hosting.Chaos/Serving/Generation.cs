// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Serving;

/// <summary>The number beside a graph, built as an asset with it: a lease must hold both of one load.</summary>
/// <param name="Number">As in the graph.</param>
internal sealed record Generation(long Number);
