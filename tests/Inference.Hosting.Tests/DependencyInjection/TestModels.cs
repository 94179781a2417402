// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Tests.DependencyInjection;

internal interface ITagger
{
    string Model { get; }
}

public sealed class Plain(IInferenceClient client) : ITagger, IDisposable
{
    public string Model => client.Model;

    public bool IsDisposed { get; private set; }

    public void Dispose() => IsDisposed = true;
}

public sealed class Wrapping(IInferenceClient client) : ITensorModel
{
    public int Calls { get; private set; }

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        Calls++;
        return client.InferAsync(request, cancellationToken);
    }
}

public sealed class Composed(Plain plain, [FromKeyedServices("other")] IInferenceClient other, [ServiceKey] string name, int retries = 3)
{
    public string Description => $"{plain.Model}+{other.Model} as {name}, {retries}";
}

public sealed class Greedy
{
    public Greedy(IInferenceClient client)
        => Client = client;

    public Greedy(IInferenceClient client, TimeProvider time)
        : this(client) => Time = time;

    public IInferenceClient Client { get; }

    public TimeProvider? Time { get; }
}

public sealed class ScopedThing;

public sealed class NeedsScoped(IInferenceClient client, ScopedThing thing)
{
    public object Both => (client, thing);
}

public sealed class NeedsMissing(IInferenceClient client, Uri address)
{
    public object Both => (client, address);
}

public sealed class NeedsReranker(IInferenceClient client, IReranker reranker)
{
    public object Both => (client, reranker);
}

public sealed class FakeEmbedder(string name) : IEmbeddingModel
{
    public EmbeddingModelInfo? Info { get; init; } = new() { Dimensions = 1 };

    public string Name => name;

    public ValueTask<EmbeddingResult> EmbedAsync(EmbeddingRequest request, CancellationToken cancellationToken = default)
        => new(new EmbeddingResult
        {
            Embeddings = [.. request.Inputs.Select(input => new TextEmbedding(new float[] { input.Text.Length }))],
        });
}

public sealed class EmbedderFactory(string model) : ICapabilityFactory
{
    public int Asked { get; private set; }

    public object? TryCreate(Type capability, IInferenceClient client, IServiceProvider services)
    {
        Asked++;
        return capability == typeof(IEmbeddingModel) && client.Model == model ? new FakeEmbedder(client.Model) : null;
    }
}
