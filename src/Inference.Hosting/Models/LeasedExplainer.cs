// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IExplainer"/> of whichever version serves.</summary>
internal sealed class LeasedExplainer(ModelHost host) : LeasedCapability<IExplainer>(host), IExplainer
{
    public ValueTask<Explanation> ExplainAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => CallAsync(request, static (model, request, token) => model.ExplainAsync(request, token), cancellationToken, RequestCopy.Of);
}
