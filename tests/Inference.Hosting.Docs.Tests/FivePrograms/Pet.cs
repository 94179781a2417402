// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Docs.Tests.FivePrograms;

internal sealed record Pet(string Name, float Probability, string? Version);
