// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks.Models;

/// <summary>The inputs of one request: one row.</summary>
/// <param name="Inputs">Names, data and shapes; the first dimension is the row.</param>
internal sealed record Payload(IReadOnlyList<(string Name, float[] Data, long[] Shape)> Inputs);
