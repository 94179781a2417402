// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Grpc.Wire;

/// <summary>Where something stands in a message.</summary>
internal readonly record struct WireRange(int Start, int Length);
