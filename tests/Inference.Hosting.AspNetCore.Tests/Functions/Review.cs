// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.Tests.Functions;

/// <summary>An item of the tests.</summary>
internal sealed record Review(string Text, int Stars = 3);
