// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITokenCodec"/> of whichever version serves.</summary>
internal sealed class LeasedTokenCodec(ModelHost host) : LeasedCapability<ITokenCodec>(host), ITokenCodec
{
    public TokenCodecInfo? Info => Current?.Info;

    public ValueTask<TokenizeResult> TokenizeAsync(TokenizeRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.TokenizeAsync(request, token), cancellationToken);

    public ValueTask<string> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.DetokenizeAsync(request, token), cancellationToken);
}
