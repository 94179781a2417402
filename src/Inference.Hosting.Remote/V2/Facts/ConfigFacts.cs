// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.Remote.V2.Facts;

/// <summary>What is used of the model configuration extension.</summary>
internal sealed record ConfigFacts
{
    /// <summary>0 where the model does not batch.</summary>
    [JsonPropertyName("max_batch_size")]
    public int? MaxBatchSize { get; init; }

    [JsonPropertyName("input")]
    public IReadOnlyList<ConfigTensorFacts>? Inputs { get; init; }

    [JsonPropertyName("output")]
    public IReadOnlyList<ConfigTensorFacts>? Outputs { get; init; }

    [JsonPropertyName("model_transaction_policy")]
    public TransactionFacts? Transactions { get; init; }
}
