// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Serving;

/// <summary>What <see cref="Pair"/> saw.</summary>
/// <param name="Version">The version of the first model.</param>
/// <param name="First">Its answer.</param>
/// <param name="Second">Its answer to its answer.</param>
/// <param name="Asset">The generation of the second model as its assets say.</param>
/// <param name="Before">The same as its graph said first.</param>
/// <param name="After">The same as its graph said later.</param>
internal sealed record PairAnswer(string Version, long First, long Second, long Asset, long Before, long After);
