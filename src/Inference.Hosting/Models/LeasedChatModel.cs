// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IChatModel"/> of whichever version serves.</summary>
internal sealed class LeasedChatModel(ModelHost host) : LeasedCapability<IChatModel>(host), IChatModel
{
    public GenerationInfo? Info => Current?.Info;

    public IAsyncEnumerable<ChatDelta> StreamAsync(ChatRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return StreamAsync(request, static (model, request, token) => model.StreamAsync(request, token), cancellationToken);
    }

    public ValueTask<ChatResult> CompleteAsync(ChatRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.CompleteAsync(request, token), cancellationToken);
}
