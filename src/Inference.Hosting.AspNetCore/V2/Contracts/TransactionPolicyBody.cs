// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>How often a request is answered: once, or as often as the model likes.</summary>
internal sealed record TransactionPolicyBody([property: JsonPropertyName("decoupled")] bool Decoupled);
