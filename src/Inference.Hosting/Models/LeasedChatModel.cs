// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IChatModel"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedChatModel(CapabilityCalls<IChatModel> calls) : IChatModel
{
    public GenerationInfo? Info => calls.Current?.Info;

    public IAsyncEnumerable<ChatDelta> StreamAsync(ChatRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return calls.StreamAsync(request, static (model, request, token) => model.StreamAsync(request, token), cancellationToken);
    }

    public ValueTask<ChatResult> CompleteAsync(ChatRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.CompleteAsync(request, token), cancellationToken);
}
