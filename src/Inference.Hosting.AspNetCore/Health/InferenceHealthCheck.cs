// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Inference.Hosting.AspNetCore.Health;

/// <summary>Whether the models that readiness waits for can serve, and where they were meant to; with the state of every model as data.</summary>
internal sealed class InferenceHealthCheck(IModelCatalog catalog) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var models = catalog.Models;
        var waiting = Readiness.FindWaiting(models);
        var data = models.ToDictionary(model => model.Name, Describe, StringComparer.Ordinal);
        if (waiting.Count > 0)
        {
            return Task.FromResult(new HealthCheckResult(
                context.Registration.FailureStatus,
                string.Join(" ", waiting.Select(model => ModelAccess.NotReady(model, null).Message)),
                data: data));
        }

        var ready = $"{models.Count(model => model.IsReady)} of {models.Count} models are ready.";

        // It serves, so nothing is taken away from it; but somebody who asked for a device should hear that it is not used.
        var elsewhere = models.Where(model => model.Versions.Any(IsOnFallback)).Select(model => model.Name).ToList();
        return Task.FromResult(elsewhere.Count == 0
            ? HealthCheckResult.Healthy(ready, data)
            : HealthCheckResult.Degraded($"{ready} On a fallback device: {string.Join(", ", elsewhere)}.", data: data));
    }

    private static object Describe(ModelInfo model) => string.Join("; ", model.Versions.Select(Describe));

    private static string Describe(ModelVersionInfo version)
    {
        var text = $"version {version.Version} {version.State}";
        if (IsOnFallback(version))
        {
            text += $" on {string.Join(", ", version.Metadata!.Devices)} instead of {string.Join(", ", version.Metadata.RequestedDevices)}";
        }

        return version.Reason is { Length: > 0 } reason ? $"{text}: {reason}" : text;
    }

    private static bool IsOnFallback(ModelVersionInfo version)
        => version is { State: ModelState.Ready, Metadata.IsOnFallback: true };
}
