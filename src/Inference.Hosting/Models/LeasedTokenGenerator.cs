// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITokenGenerator"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedTokenGenerator(CapabilityCalls<ITokenGenerator> calls) : ITokenGenerator
{
    public GenerationInfo? Info => calls.Current?.Info;

    public IAsyncEnumerable<GeneratedToken> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return calls.StreamAsync(request, static (model, request, token) => model.GenerateAsync(request, token), cancellationToken);
    }
}
