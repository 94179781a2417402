// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITokenGenerator"/> of whichever version serves.</summary>
internal sealed class LeasedTokenGenerator(ModelHost host) : LeasedCapability<ITokenGenerator>(host), ITokenGenerator
{
    public GenerationInfo? Info => Current?.Info;

    public IAsyncEnumerable<GeneratedToken> GenerateAsync(GenerationRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return StreamAsync(request, static (model, request, token) => model.GenerateAsync(request, token), cancellationToken);
    }
}
