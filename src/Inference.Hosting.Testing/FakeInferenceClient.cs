// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Testing;

/// <summary>A client without a host, for unit tests of a class that takes <see cref="IInferenceClient"/>. Thread-safe if its answer is.</summary>
/// <remarks>
/// <c>new PetClassifier(new FakeInferenceClient(("probabilities", InferenceTensor.Create([0.1f, 0.9f], 1, 2))))</c>. Docs/testing.md shows a whole test.
/// </remarks>
public sealed class FakeInferenceClient : IInferenceClient
{
    private readonly Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> _answer;
    private readonly Dictionary<Type, object> _assets = [];
    private readonly Dictionary<Type, object> _capabilities = [];
    private int _calls;
    private int _leases;
    private int _responses;
    private InferenceRequest? _last;

    /// <summary>A client that answers as told.</summary>
    /// <param name="answer">From the request to the response. An exception it throws is the caller's.</param>
    public FakeInferenceClient(Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
    }

    /// <inheritdoc cref="FakeInferenceClient(Func{InferenceRequest, CancellationToken, ValueTask{InferenceResponse}})"/>
    public FakeInferenceClient(Func<InferenceRequest, InferenceResponse> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = (request, _) => new(answer(request));
    }

    /// <summary>A client that answers every call with the same outputs.</summary>
    /// <param name="outputs">Name and value of each.</param>
    public FakeInferenceClient(params (string Name, InferenceTensor Value)[] outputs)
        : this(FakeAnswers.Always(outputs))
    {
    }

    /// <summary>A client whose every call fails.</summary>
    /// <param name="failure">What calls throw.</param>
    public FakeInferenceClient(Exception failure)
        : this(FakeAnswers.Never(failure))
    {
    }

    /// <inheritdoc/>
    /// <value><c>fake</c> by default.</value>
    public string Model { get; init; } = "fake";

    /// <summary>What leases say of the version.</summary>
    /// <value>Version 1 without inputs and outputs by default.</value>
    public ModelMetadata Metadata { get; init; } = new("fake", "1", [], []);

    /// <summary>How many calls came, those on leases included.</summary>
    public int CallCount => Volatile.Read(ref _calls);

    /// <summary>Leases that were taken and not given back: 0 at the end of a test.</summary>
    public int OpenLeases => Volatile.Read(ref _leases);

    /// <summary>Responses that were given and not disposed: 0 at the end of a test, or the class under test would keep memory from the pool.</summary>
    public int OpenResponses => Volatile.Read(ref _responses);

    /// <summary>The request of the latest call, as it was given, not copied; null before the first.</summary>
    public InferenceRequest? LastRequest => Volatile.Read(ref _last);

    ModelMetadata? Capabilities.ITensorModel.Metadata => Metadata;

    /// <summary>Gives leases an asset: tokenizer, labels, template.</summary>
    /// <typeparam name="TAsset">The type that <see cref="ModelLease.GetAsset{TAsset}"/> asks for.</typeparam>
    /// <param name="asset">The asset.</param>
    /// <returns>The same client.</returns>
    public FakeInferenceClient WithAsset<TAsset>(TAsset asset)
        where TAsset : class
    {
        ArgumentNullException.ThrowIfNull(asset);
        _assets[typeof(TAsset)] = asset;
        return this;
    }

    /// <summary>Gives leases a capability of the backend.</summary>
    /// <typeparam name="TCapability">A capability contract.</typeparam>
    /// <param name="capability">What serves it.</param>
    /// <returns>The same client.</returns>
    public FakeInferenceClient WithCapability<TCapability>(TCapability capability)
        where TCapability : class
    {
        ArgumentNullException.ThrowIfNull(capability);
        _capabilities[typeof(TCapability)] = capability;
        return this;
    }

    /// <inheritdoc/>
    public ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _leases);
        return new(new FakeModelLease(Metadata, InferAsync)
        {
            Assets = _assets,
            Capabilities = _capabilities,
            Released = () => Interlocked.Decrement(ref _leases),
        });
    }

    /// <inheritdoc/>
    public async ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _calls);
        Volatile.Write(ref _last, request);
        var response = await _answer(request, cancellationToken).ConfigureAwait(false);
        Interlocked.Increment(ref _responses);
        return new InferenceResponse(response.Outputs, response.Timing, new Watched(this, response));
    }

    /// <summary>Knows when a response is disposed.</summary>
    private sealed class Watched(FakeInferenceClient client, InferenceResponse response) : IDisposable
    {
        public void Dispose()
        {
            Interlocked.Decrement(ref client._responses);
            response.Dispose();
        }
    }
}
