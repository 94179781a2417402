// SPDX-License-Identifier: Apache-2.0

using System.Text.Json.Serialization;

namespace Inference.Hosting.AspNetCore.V2.Contracts;

internal sealed record DynamicBatchingBody(
    [property: JsonPropertyName("preferred_batch_size")] IReadOnlyList<int> PreferredBatchSize,
    [property: JsonPropertyName("max_queue_delay_microseconds")] long MaxQueueDelayMicroseconds);
