// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Health;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds the app's models to its health checks.</summary>
public static class InferenceHealthChecksBuilderExtensions
{
    /// <summary>Tag of the check that says whether the process should go on living.</summary>
    public const string LiveTag = "live";

    /// <summary>Tag of the check that says whether requests should be sent here.</summary>
    public const string ReadyTag = "ready";

    /// <summary>
    /// Adds <c>inference_live</c>, tagged <c>live</c>, which holds while the process answers, and <c>inference_ready</c>, tagged <c>ready</c>,
    /// which holds while all models that are required or loaded at start can serve. Its data has the state and reason of each model.
    /// It is degraded, which ASP.NET Core answers with 200, while a model computes on a fallback device.
    /// </summary>
    /// <param name="builder">What <c>AddHealthChecks</c> returned.</param>
    /// <param name="failureStatus">What <c>inference_ready</c> reports while a model cannot serve; unhealthy by default.</param>
    public static IHealthChecksBuilder AddInference(
        this IHealthChecksBuilder builder, HealthStatus failureStatus = HealthStatus.Unhealthy)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder
            .AddCheck("inference_live", () => HealthCheckResult.Healthy(), [LiveTag])
            .AddCheck<InferenceHealthCheck>("inference_ready", failureStatus, [ReadyTag]);
    }
}
