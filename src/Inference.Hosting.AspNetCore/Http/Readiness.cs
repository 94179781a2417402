// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>What readiness of the server means, for the routes and for the app's health checks alike.</summary>
internal static class Readiness
{
    /// <summary>The models that readiness waits for and that cannot serve now.</summary>
    public static IReadOnlyList<ModelInfo> FindWaiting(IReadOnlyList<ModelInfo> models)
        => [.. models.Where(model => model.IsAwaited && !model.IsReady)];
}
