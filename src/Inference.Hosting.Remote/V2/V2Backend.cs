// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2.Rest;
using Inference.Hosting.Remote.V2.Rpc;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Remote.V2;

/// <summary>Serves models of V2 servers. To load one is to ask what it is like.</summary>
internal sealed class V2Backend : IModelBackend
{
    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        var monitor = context.Services.GetRequiredService<IOptionsMonitor<V2RemoteOptions>>();
        var options = monitor.Get(context.OptionsName);
        var protocol = ProtocolOf(options.Addresses[0]);
        var directory = new RemoteDirectory(protocol, options.Model ?? context.Model, options.Version, options.BinaryData);
        var engine = new RemoteEngine(
            context,
            () => monitor.Get(context.OptionsName),
            (own, server, token) => directory.ProbeAsync(own, server, token));
        try
        {
            await directory.ChooseAsync(engine, cancellationToken).ConfigureAwait(false);
            await engine.Servers.StartAsync(cancellationToken).ConfigureAwait(false);
            return new V2Model(context, engine, protocol, directory);
        }
        catch
        {
            await engine.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private static IV2Protocol ProtocolOf(Uri address) => address.Scheme is "grpc" or "grpcs" ? RpcProtocol.Instance : RestProtocol.Instance;
}
