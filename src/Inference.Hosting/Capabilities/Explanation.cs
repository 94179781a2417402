// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>Predictions, and what they rest on. Disposing it disposes both.</summary>
/// <param name="predictions">What <see cref="ITensorModel.InferAsync"/> would have answered.</param>
/// <param name="explanations">
/// Tensors by names of the model's own, such as one weight for each number of an input. Those whose first dimension is the number of rows are
/// given out row by row.
/// </param>
public sealed class Explanation(InferenceResponse predictions, InferenceResponse explanations) : IDisposable
{
    /// <summary>What the model predicts.</summary>
    public InferenceResponse Predictions { get; } = predictions ?? throw new ArgumentNullException(nameof(predictions));

    /// <summary>What the predictions rest on.</summary>
    public InferenceResponse Explanations { get; } = explanations ?? throw new ArgumentNullException(nameof(explanations));

    /// <summary>Gives the memory of both back.</summary>
    public void Dispose()
    {
        Predictions.Dispose();
        Explanations.Dispose();
    }
}
