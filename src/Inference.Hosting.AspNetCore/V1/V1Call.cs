// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>Instances of one shape, as one call of the model.</summary>
/// <param name="Request">What goes to the model.</param>
/// <param name="Count">How many instances; null when the tensors came whole.</param>
internal readonly record struct V1Call(InferenceRequest Request, int? Count);
