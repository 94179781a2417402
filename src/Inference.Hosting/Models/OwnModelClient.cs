// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>A client that never leaves its model: for what is built upon the model's own files.</summary>
internal sealed class OwnModelClient(ModelClient client) : IInferenceClient
{
    public string Model => client.Model;

    public ModelMetadata? Metadata => client.Metadata;

    public async ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken = default)
        => new ModelVersionLease(await client.EnterAsync(cancellationToken).ConfigureAwait(false), client);

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return client.InferOwnAsync(request, InferenceContext.Current, cancellationToken);
    }

    public IAsyncEnumerable<InferenceResponse> InferStreamAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return client.StreamOwnAsync(request, cancellationToken);
    }
}
