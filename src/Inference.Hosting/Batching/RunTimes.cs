// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>The moments of one run, in ns of the queue's clock.</summary>
/// <param name="Start">Assembly began.</param>
/// <param name="Assembled">Inputs were read.</param>
/// <param name="Executed">The engine was done.</param>
/// <param name="End">Outputs were handed out.</param>
internal readonly record struct RunTimes(long Start, long Assembled, long Executed, long End);
