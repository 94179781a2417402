// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting;

/// <summary>Calls one model in process, whatever serves it. Thread-safe; injected by model name.</summary>
/// <remarks>Version, priority, tenant, deadline and overflow come from the request, else from <see cref="InferenceContext.Current"/>.</remarks>
public interface IInferenceClient : ITensorModel
{
    /// <summary>The name of the model.</summary>
    string Model { get; }

    /// <summary>Holds one version for several calls that belong together, assets included.</summary>
    /// <param name="cancellationToken">Ends the wait for a model that is still loading.</param>
    /// <returns>A lease to dispose; while it is held, the version is not unloaded.</returns>
    /// <exception cref="InferenceException">NotFound, NotReady.</exception>
    ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken = default);
}
