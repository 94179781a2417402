// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Models;

/// <summary><see cref="IExplainer"/> of whichever version, or model, serves.</summary>
internal sealed class LeasedExplainer(CapabilityCalls<IExplainer> calls) : IExplainer
{
    public ValueTask<Explanation> ExplainAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => calls.CallAsync(request, static (model, request, token) => model.ExplainAsync(request, token), cancellationToken, RequestCopy.Of);
}
