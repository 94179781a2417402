// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>Serves a C# function that answers a request as often as it likes. Nothing is batched: each request is a call of its own.</summary>
internal sealed class StreamFunctionBackend(
    ModelMetadata metadata, Func<InferenceRequest, CancellationToken, IAsyncEnumerable<InferenceResponse>> function) : IModelBackend
{
    public ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
        => new(new StreamFunctionModel(metadata with { Name = context.Model, Version = context.Version }, function, context));
}
