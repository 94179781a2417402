// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.V2.Contracts;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The small bodies of the protocol. Tensors are read and written without it.</summary>
[JsonSerializable(typeof(ServerMetadataBody))]
[JsonSerializable(typeof(ServerLiveBody))]
[JsonSerializable(typeof(ServerReadyBody))]
[JsonSerializable(typeof(ModelReadyBody))]
[JsonSerializable(typeof(ModelMetadataBody))]
[JsonSerializable(typeof(StatisticsBody))]
[JsonSerializable(typeof(ModelConfigBody))]
[JsonSerializable(typeof(IReadOnlyList<RepositoryIndexBody>))]
internal sealed partial class V2JsonContext : JsonSerializerContext
{
    public static V2JsonContext Wire { get; } = new(HttpJsonContext.CreateOptions());
}
