// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITextGenerator"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedTextGenerator(CapabilityCalls<ITextGenerator> calls) : ITextGenerator
{
    public GenerationInfo? Info => calls.Current?.Info;

    public IAsyncEnumerable<TextDelta> StreamAsync(TextRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return calls.StreamAsync(request, static (model, request, token) => model.StreamAsync(request, token), cancellationToken);
    }

    public ValueTask<TextResult> CompleteAsync(TextRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.CompleteAsync(request, token), cancellationToken);
}
