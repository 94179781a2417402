// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>A way to answer requests for one model.</summary>
internal interface IWay : IAsyncDisposable
{
    string Name { get; }

    /// <summary>Answers one request of a caller; outputs are read and let go.</summary>
    ValueTask CallAsync(int caller);
}
