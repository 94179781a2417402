// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>What one call of the model gave.</summary>
/// <param name="Predictions">Its outputs.</param>
/// <param name="Explanations">What they rest on, if that was asked for.</param>
/// <param name="Owner">Frees both.</param>
internal sealed record V1Answer(InferenceResponse Predictions, InferenceResponse? Explanations, IDisposable Owner);
