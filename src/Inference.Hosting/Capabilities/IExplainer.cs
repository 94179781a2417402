// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>Predicts, and says what the predictions rest on: what the V1 route <c>:explain</c> serves. Thread-safe.</summary>
/// <remarks>
/// A model's class implements it, with one lease of its <see cref="IInferenceClient"/> for all calls that an explanation takes, so that
/// they reach one version.
/// </remarks>
public interface IExplainer
{
    /// <summary>Explains the rows of one request.</summary>
    /// <param name="request">Inputs as for <see cref="ITensorModel.InferAsync"/>; its buffers may be reused once the call completes.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <returns>Predictions and explanations, owned by the caller until disposed.</returns>
    /// <exception cref="InferenceException">As of <see cref="ITensorModel.InferAsync"/>; Unsupported for rows that cannot be explained.</exception>
    ValueTask<Explanation> ExplainAsync(InferenceRequest request, CancellationToken cancellationToken = default);
}
