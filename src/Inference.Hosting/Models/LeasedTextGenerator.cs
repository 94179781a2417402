// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITextGenerator"/> of whichever version serves.</summary>
internal sealed class LeasedTextGenerator(ModelHost host) : LeasedCapability<ITextGenerator>(host), ITextGenerator
{
    public GenerationInfo? Info => Current?.Info;

    public IAsyncEnumerable<TextDelta> StreamAsync(TextRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return StreamAsync(request, static (model, request, token) => model.StreamAsync(request, token), cancellationToken);
    }

    public ValueTask<TextResult> CompleteAsync(TextRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.CompleteAsync(request, token), cancellationToken);
}
