// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Tensors;

namespace Inference.Hosting.Conformance.Checking;

/// <summary>A good request and its answer, to which others are compared.</summary>
internal sealed record Sample(WireTensor[] Inputs, IReadOnlyList<WireTensor> Outputs);
