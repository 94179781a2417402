// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.V1;

/// <summary>Instances of one shape, one after the other.</summary>
/// <param name="First">Number of the first one, from 0.</param>
/// <param name="Shape">Of one instance.</param>
/// <param name="Offset">Where the bytes of the first one begin.</param>
internal readonly record struct V1Run(int First, TensorShape Shape, int Offset);
