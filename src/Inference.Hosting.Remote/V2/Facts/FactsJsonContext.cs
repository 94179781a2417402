// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>Reads the small bodies of V2 servers. Configurations may have 64-bit integers as text.</summary>
[JsonSourceGenerationOptions(NumberHandling = JsonNumberHandling.AllowReadingFromString)]
[JsonSerializable(typeof(ServerFacts))]
[JsonSerializable(typeof(ModelFacts))]
[JsonSerializable(typeof(ConfigFacts))]
[JsonSerializable(typeof(ErrorFacts))]
internal sealed partial class FactsJsonContext : JsonSerializerContext;
