// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore;

/// <summary>A protocol of another package, mapped by the same call of <c>MapInference</c>. Register it as a singleton of this type.</summary>
public interface IProtocolEndpoints
{
    /// <summary>Maps the protocol's endpoints. Called once for each <c>MapInference</c>.</summary>
    /// <param name="groups">Where to map them.</param>
    void Map(InferenceRouteGroups groups);
}
