// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Tests.Functions;

/// <summary>A result of the tests.</summary>
internal sealed record Verdict(string Sentiment, int Length);
