// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Models;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>A model as both processes know it.</summary>
/// <param name="Key">Its name in routes.</param>
/// <param name="Model">Graph and requests; the same in both processes, since they come of fixed seeds.</param>
internal sealed record WireModel(string Key, BenchModel Model)
{
    public static IReadOnlyList<WireModel> CreateAll() =>
    [
        new("mlp", BenchModel.Mlp()),
        new("small", BenchModel.Identity("Identity, 4 KB", 256, 1024)),
        new("large", BenchModel.Identity("Identity, 600 KB", 4, 3 * 224 * 224)),
    ];
}
