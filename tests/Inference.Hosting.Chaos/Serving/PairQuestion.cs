// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Serving;

/// <summary>The body of the route of <see cref="Pair"/>.</summary>
/// <param name="Tag">A number.</param>
internal sealed record PairQuestion(long Tag);
