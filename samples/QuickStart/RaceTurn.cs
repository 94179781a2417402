// SPDX-License-Identifier: Apache-2.0

namespace QuickStart;

/// <summary>What one way reached in one turn.</summary>
/// <param name="Way"><c>naive</c> or <c>batched</c>.</param>
/// <param name="PerSecond">Requests answered a second.</param>
/// <param name="MeanBatch">Rows in the run of a request, on average over requests.</param>
internal sealed record RaceTurn(string Way, double PerSecond, double MeanBatch);
