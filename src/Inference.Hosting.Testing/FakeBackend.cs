// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Inference.Hosting.Backends;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Testing;

/// <summary>A backend that loads nothing and answers as told, one request at a time, without batching. Thread-safe.</summary>
/// <remarks>
/// <c>services.AddModel&lt;PetClassifier&gt;().UseBackend(_ =&gt; new FakeBackend(request =&gt; …))</c> tests a whole app without its model.
/// One backend may serve several versions and hosts; counters count all of them. A call whose deadline passes fails with DeadlineExceeded, by the
/// clock of the host's services: with a manual one, when the test says so.
/// </remarks>
public sealed class FakeBackend : IModelBackend
{
    private readonly Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> _answer;
    private readonly ConcurrentDictionary<Type, object> _capabilities = new();
    private int _failingLoads;
    private int _loads;
    private int _disposals;
    private int _calls;
    private int _active;

    /// <summary>A backend that computes its answers.</summary>
    /// <param name="answer">From the request to the response; must be thread-safe. An exception it throws is the caller's.</param>
    public FakeBackend(Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = answer;
    }

    /// <inheritdoc cref="FakeBackend(Func{InferenceRequest, CancellationToken, ValueTask{InferenceResponse}})"/>
    public FakeBackend(Func<InferenceRequest, InferenceResponse> answer)
    {
        ArgumentNullException.ThrowIfNull(answer);
        _answer = (request, _) => new(answer(request));
    }

    /// <summary>A backend that answers every call with the same outputs.</summary>
    /// <param name="outputs">Name and value of each.</param>
    public FakeBackend(params (string Name, InferenceTensor Value)[] outputs)
        : this(FakeAnswers.Always(outputs))
    {
    }

    /// <summary>A backend that answers with its inputs under the names they came by.</summary>
    public FakeBackend()
        : this(Echo)
    {
    }

    /// <summary>What versions say of themselves; name and version are put in.</summary>
    /// <value>No inputs, no outputs, no batching, device <c>fake</c> by default.</value>
    public ModelMetadata Metadata { get; set; } = new("fake", "1", [], []) { Platform = "fake_fake", Devices = ["fake"] };

    /// <summary>Files that assets are built from.</summary>
    /// <value>None by default.</value>
    public ModelFiles Files { get; set; } = ModelFiles.None;

    /// <summary>Why loaded versions cannot serve at the moment; null when they can. Calls then fail with NotReady and this text.</summary>
    public string? Unavailable { get; set; }

    /// <summary>What versions say of how busy they are; null for the true number of calls under way.</summary>
    public ModelLoad? Load { get; set; }

    /// <summary>What a failing load throws.</summary>
    /// <value>NotReady with a text of its own by default.</value>
    public Exception LoadFailure { get; set; } = new InferenceException(InferenceErrorCode.NotReady, "The fake was told to fail.");

    /// <summary>What freeing a version throws; null, the default, for nothing.</summary>
    public Exception? DisposeFailure { get; set; }

    /// <summary>Loads pass it before they succeed or fail.</summary>
    public FakeGate LoadGate { get; } = new();

    /// <summary>Calls pass it before they are answered.</summary>
    public FakeGate CallGate { get; } = new();

    /// <summary>How many loads were begun.</summary>
    public int LoadCount => Volatile.Read(ref _loads);

    /// <summary>How many loaded versions were disposed.</summary>
    public int DisposeCount => Volatile.Read(ref _disposals);

    /// <summary>How many calls came.</summary>
    public int CallCount => Volatile.Read(ref _calls);

    /// <summary>How many calls are under way.</summary>
    public int ActiveCalls => Volatile.Read(ref _active);

    /// <summary>Lets the next loads fail.</summary>
    /// <param name="count">So many; <see cref="int.MaxValue"/> for all.</param>
    public void FailLoads(int count) => Volatile.Write(ref _failingLoads, count);

    /// <summary>Offers a capability besides tensors.</summary>
    /// <typeparam name="TCapability">A capability contract, for example <see cref="Capabilities.IChatModel"/>.</typeparam>
    /// <param name="capability">What serves it, for all versions.</param>
    /// <returns>The same backend.</returns>
    public FakeBackend WithCapability<TCapability>(TCapability capability)
        where TCapability : class
    {
        ArgumentNullException.ThrowIfNull(capability);
        _capabilities[typeof(TCapability)] = capability;
        return this;
    }

    /// <inheritdoc/>
    public bool Offers(Type capability) => _capabilities.ContainsKey(capability);

    /// <inheritdoc/>
    public ValueTask<ModelFiles> OpenFilesAsync(ModelLoadContext context, CancellationToken cancellationToken) => new(Files);

    /// <inheritdoc/>
    public async ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(context);
        Interlocked.Increment(ref _loads);
        await LoadGate.PassAsync(cancellationToken).ConfigureAwait(false);
        if (Volatile.Read(ref _failingLoads) > 0)
        {
            Interlocked.Decrement(ref _failingLoads);
            throw LoadFailure;
        }

        return new Loaded(this, Metadata with { Name = context.Model, Version = context.Version });
    }

    private static InferenceResponse Echo(InferenceRequest request)
    {
        var outputs = new TensorCollection();
        foreach (var (name, tensor) in request.Inputs)
        {
            outputs.Add(name, tensor);
        }

        return new InferenceResponse(outputs);
    }

    private sealed class Loaded(FakeBackend backend, ModelMetadata metadata) : ILoadedModel
    {
        private readonly CancellationTokenSource _disposing = new();
        private int _own;

        public ModelMetadata Metadata => metadata;

        public ModelLoad Load => backend.Load ?? new ModelLoad { InFlight = Volatile.Read(ref _own) };

        public string? Unavailable => backend.Unavailable;

        public object? GetCapability(Type capability) => backend._capabilities.GetValueOrDefault(capability);

        public async ValueTask<InferenceResponse> InferAsync(
            InferenceRequest request, CancellationToken cancellationToken = default)
        {
            Interlocked.Increment(ref backend._calls);
            Interlocked.Increment(ref backend._active);
            Interlocked.Increment(ref _own);
            try
            {
                return await AnswerAsync(request, cancellationToken).ConfigureAwait(false);
            }
            finally
            {
                Interlocked.Decrement(ref _own);
                Interlocked.Decrement(ref backend._active);
            }
        }

        public async ValueTask DisposeAsync()
        {
            Interlocked.Increment(ref backend._disposals);
            await _disposing.CancelAsync().ConfigureAwait(false);
            if (backend.DisposeFailure is { } failure)
            {
                throw failure;
            }
        }

        private async ValueTask<InferenceResponse> AnswerAsync(InferenceRequest request, CancellationToken cancellationToken)
        {
            if (backend.Unavailable is { } reason)
            {
                throw new InferenceException(InferenceErrorCode.NotReady, reason);
            }

            using var linked = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _disposing.Token);
            try
            {
                await backend.CallGate.PassAsync(linked.Token).ConfigureAwait(false);
                return await backend._answer(request, linked.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (_disposing.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                throw new InferenceException(InferenceErrorCode.NotReady, "The version was unloaded before it could answer.");
            }
        }
    }
}
