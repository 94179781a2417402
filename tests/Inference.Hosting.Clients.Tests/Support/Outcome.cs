// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Clients.Tests.Support;

/// <summary>One line that a script printed.</summary>
/// <param name="Case">The case.</param>
/// <param name="Error">Why it failed; null when it passed.</param>
/// <param name="Milliseconds">How long it took.</param>
internal sealed record Outcome(
    [property: JsonPropertyName("case")] string Case,
    [property: JsonPropertyName("error")] string? Error,
    [property: JsonPropertyName("ms")] double Milliseconds);
