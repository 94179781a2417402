// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

/// <summary>The model configuration extension: what clients such as load generators read of it.</summary>
internal sealed record ModelConfigBody(
    [property: JsonPropertyName("name")] string Name,
    [property: JsonPropertyName("platform")] string Platform,
    [property: JsonPropertyName("backend")] string Backend,
    [property: JsonPropertyName("max_batch_size")] int MaxBatchSize,
    [property: JsonPropertyName("input")] IReadOnlyList<ConfigTensorBody> Input,
    [property: JsonPropertyName("output")] IReadOnlyList<ConfigTensorBody> Output,
    [property: JsonPropertyName("instance_group")] IReadOnlyList<InstanceGroupBody> InstanceGroup,
    [property: JsonPropertyName("dynamic_batching")] DynamicBatchingBody? DynamicBatching,
    [property: JsonPropertyName("model_transaction_policy")] TransactionPolicyBody? TransactionPolicy);
