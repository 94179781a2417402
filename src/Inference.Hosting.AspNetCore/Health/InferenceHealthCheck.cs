// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Inference.Hosting.AspNetCore.Health;

/// <summary>Whether the models that readiness waits for can serve; with the state of every model as data.</summary>
internal sealed class InferenceHealthCheck(IModelCatalog catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var models = catalog.Models;
        var waiting = Readiness.FindWaiting(models);
        var data = models.ToDictionary(model => model.Name, Describe, StringComparer.Ordinal);
        return Task.FromResult(waiting.Count == 0
            ? HealthCheckResult.Healthy($"{models.Count(model => model.IsReady)} of {models.Count} models are ready.", data)
            : new HealthCheckResult(
                context.Registration.FailureStatus,
                string.Join(" ", waiting.Select(model => ModelAccess.NotReady(model, null).Message)),
                data: data));
    }

    private static object Describe(ModelInfo model)
        => string.Join("; ", model.Versions.Select(version => version.Reason is { Length: > 0 } reason
            ? $"version {version.Version} {version.State}: {reason}"
            : $"version {version.Version} {version.State}"));
}
