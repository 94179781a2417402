// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>Builds a capability of a model from what its backend offers. Packages register implementations as services.</summary>
/// <remarks>Asked once for each model and capability, when the host starts; nothing is loaded then.</remarks>
public interface ICapabilityFactory
{
    /// <summary>Builds the capability, or leaves it to others.</summary>
    /// <param name="capability">A capability contract.</param>
    /// <param name="client">
    /// The model. Take a lease for each logical call, so that graph, assets and the backend's own capabilities are of one version.
    /// </param>
    /// <param name="services">The host's services.</param>
    /// <returns>A thread-safe object that implements <paramref name="capability"/>, or null.</returns>
    object? TryCreate(Type capability, IInferenceClient client, IServiceProvider services);
}
