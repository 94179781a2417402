// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Samples.Tests.QuickStart;

/// <summary>The real app with its real models, once for all tests.</summary>
public sealed class QuickStartApp : IAsyncLifetime
{
    private readonly WebApplicationFactory<global::QuickStart.Race> _factory = new();

    public HttpClient Client { get; private set; } = null!;

    public IServiceProvider Services => _factory.Services;

    public async ValueTask InitializeAsync()
    {
        Client = _factory.CreateClient();
        await Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
    }

    public ValueTask DisposeAsync() => _factory.DisposeAsync();
}
