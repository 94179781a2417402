// SPDX-License-Identifier: Apache-2.0

namespace QuickStart;

/// <summary>One class.</summary>
/// <param name="Label">Its name.</param>
/// <param name="Probability">From 0 to 1.</param>
internal sealed record Score(string Label, float Probability);
