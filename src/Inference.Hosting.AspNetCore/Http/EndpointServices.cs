// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>What endpoints of every protocol need, found once when they are mapped.</summary>
internal sealed class EndpointServices(IServiceProvider services, IModelCatalog catalog, InferenceHttpOptions options)
{
    public IServiceProvider Services { get; } = services;

    public IModelCatalog Catalog { get; } = catalog;

    public InferenceHttpOptions Options { get; } = options;

    public TimeProvider Time { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    public ILogger Logger { get; } =
        services.GetRequiredService<ILoggerFactory>().CreateLogger("Inference.Hosting.AspNetCore");

    /// <summary>Shared by all protocols.</summary>
    public ReceiveBudget Receiving { get; } = new(options);

    public ModelAccess Models { get; } = new(catalog);
}
