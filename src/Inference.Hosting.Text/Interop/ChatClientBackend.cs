// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Serves an <see cref="IChatClient"/>. The client is the app's, and is not disposed.</summary>
internal sealed class ChatClientBackend(Func<IServiceProvider, IChatClient> client) : IModelBackend
{
    public bool Offers(Type capability) => capability == typeof(IChatModel);

    public ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
        => new(new ChatClientModel(client(context.Services), context));
}
