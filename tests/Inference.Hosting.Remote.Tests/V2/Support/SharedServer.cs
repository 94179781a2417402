// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>A server with the test models, and for each way an app that serves them again.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly Dictionary<Way, V2App> _apps = [];

    internal V2Server Server { get; private set; } = null!;

    internal V2App this[Way way] => _apps[way];

    public async ValueTask InitializeAsync()
    {
        Server = await V2Server.StartAsync(TestModels.Add);
        foreach (var way in Enum.GetValues<Way>())
        {
            _apps[way] = await V2App.StartAsync(services =>
            {
                foreach (var model in (string[])["addsub", "counter", "faulty", .. Enum.GetValues<TensorDataType>().Select(type => "id-" + type.ToV2Name())])
                {
                    V2App.Add(services, Server, way, model);
                }
            });
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var app in _apps.Values)
        {
            await app.DisposeAsync();
        }

        await Server.DisposeAsync();
    }
}
