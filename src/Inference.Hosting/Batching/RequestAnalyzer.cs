// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Checks requests against the metadata of one version and says what may share a run with what. Thread-safe; lock-free on known shapes.</summary>
internal sealed class RequestAnalyzer(ModelMetadata metadata)
{
    /// <summary>Validates a request.</summary>
    /// <param name="request">Read, not kept.</param>
    /// <param name="maxLength">Longest accepted length along the ragged axis.</param>
    /// <exception cref="InferenceException">InvalidInput, with all faults of the request.</exception>
    public RequestLayout Analyze(InferenceRequest request, int maxLength = int.MaxValue)
        => throw new NotImplementedException(metadata.Name);
}
