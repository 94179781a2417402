// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="ITokenCodec"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedTokenCodec(CapabilityCalls<ITokenCodec> calls) : ITokenCodec
{
    public TokenCodecInfo? Info => calls.Current?.Info;

    public ValueTask<TokenizeResult> TokenizeAsync(TokenizeRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.TokenizeAsync(request, token), cancellationToken);

    public ValueTask<string> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.DetokenizeAsync(request, token), cancellationToken);
}
