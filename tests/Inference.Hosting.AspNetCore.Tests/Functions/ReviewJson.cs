// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.Tests.Functions;

/// <summary>Contracts as an app that is compiled ahead of time gives them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Review))]
[JsonSerializable(typeof(Verdict))]
internal sealed partial class ReviewJson : JsonSerializerContext;
