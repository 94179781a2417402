// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Inference.Hosting.Tests.Backends;

/// <summary>Options of model <c>m</c> that change when told.</summary>
internal sealed class ReloadSource : IOptionsChangeTokenSource<BatchingOptions>, IDisposable
{
    private CancellationTokenSource _source = new();

    public string? Name => "m";

    public int MaxBatchSize { get; private set; } = 8;

    public IChangeToken GetChangeToken() => new CancellationChangeToken(_source.Token);

    public void Dispose() => _source.Dispose();

    public void Change(int maxBatchSize)
    {
        MaxBatchSize = maxBatchSize;
        var changed = _source;
        _source = new CancellationTokenSource();
        changed.Cancel();
        changed.Dispose();
    }
}
