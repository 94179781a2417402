// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Testing;

/// <summary>What a <see cref="FakeEngine"/> was asked to run.</summary>
/// <param name="Instance">Index of the instance.</param>
/// <param name="Rows">Rows, padding rows included.</param>
/// <param name="Length">Padded length along the ragged axis; 0 when there is none.</param>
public readonly record struct FakeRun(int Instance, int Rows, int Length);
