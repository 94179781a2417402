// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Diagnostics;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>What endpoints of every protocol need, found once when they are mapped.</summary>
internal sealed class EndpointServices(IServiceProvider services, IModelCatalog catalog, InferenceHttpOptions options)
{
    private volatile InferenceContext? _context;

    public IServiceProvider Services { get; } = services;

    public IModelCatalog Catalog { get; } = catalog;

    public InferenceHttpOptions Options { get; } = options;

    public TimeProvider Time { get; } = services.GetService<TimeProvider>() ?? TimeProvider.System;

    public ILogger Logger { get; } =
        services.GetRequiredService<ILoggerFactory>().CreateLogger("Inference.Hosting.AspNetCore");

    /// <summary>Shared by all protocols.</summary>
    public ReceiveBudget Receiving { get; } = new(options);

    public ModelAccess Models { get; } = new(catalog);

    public HeaderForwarding Headers { get; } = new(options);

    /// <summary>Measures what is refused here; null without it, as with a catalog that a test made.</summary>
    public RequestMetrics? Metrics { get; } = services.GetService<RequestMetrics>();

    /// <summary>When the answer to a request that arrives now is of no more use.</summary>
    public DateTimeOffset? FindDeadline() => Options.RequestTimeout is { } timeout ? Time.GetUtcNow() + timeout : null;

    /// <summary>What a call of a model knows of the request it is for.</summary>
    public InferenceContext CreateContext(HttpContext context, int priority, string model, string? version, DateTimeOffset? deadline)
    {
        // Immutable, and mostly that of the request before.
        var tenant = Options.Tenant(context);
        if (_context is { Deadline: null } last && deadline is null
            && (last.Tenant, last.Priority, last.Version, last.VersionModel) == (tenant, priority, version, model))
        {
            return last;
        }

        return _context = new InferenceContext
        {
            Tenant = tenant,
            Priority = priority,
            Deadline = deadline,
            Version = version,
            VersionModel = model,
            Overflow = InferenceOverflow.Reject,
        };
    }
}
