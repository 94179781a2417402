// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>A chat model as <see cref="AI.IChatClient"/>. Thread-safe; owns nothing.</summary>
/// <param name="model">The model.</param>
/// <param name="name">Its name; null when it is not known.</param>
/// <param name="time">The clock for times of creation.</param>
/// <param name="isKnownAs">Whether options may call the model so, besides by its name.</param>
internal sealed class ModelChatClient(IChatModel model, string? name, TimeProvider time, Func<string, bool>? isKnownAs = null) : AI.IChatClient
{
    private readonly AI.ChatClientMetadata _metadata = new(ModelId.Provider, null, name);

    public async Task<AI.ChatResponse> GetResponseAsync(
        IEnumerable<AI.ChatMessage> messages, AI.ChatOptions? options = null, CancellationToken cancellationToken = default)
    {
        var request = Read(messages, options);
        var createdAt = time.GetUtcNow();
        var result = await model.CompleteAsync(request, cancellationToken).ConfigureAwait(false);
        return new ResponseWriter(name, createdAt, ShowsReasoning(options)).Write(result);
    }

    public async IAsyncEnumerable<AI.ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<AI.ChatMessage> messages,
        AI.ChatOptions? options = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var request = Read(messages, options);
        var writer = new ResponseWriter(name, time.GetUtcNow(), ShowsReasoning(options));
        await foreach (var delta in model.StreamAsync(request, cancellationToken).ConfigureAwait(false))
        {
            if (writer.Write(delta) is { } update)
            {
                yield return update;
            }
        }

        if (!writer.IsFinished)
        {
            throw new InferenceException(InferenceErrorCode.EngineFailed, "The model's stream ended before its answer did. Try again.");
        }

        if (writer.WriteUsage() is { } usage)
        {
            yield return usage;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null)
    {
        ArgumentNullException.ThrowIfNull(serviceType);
        return serviceKey is not null ? null
            : serviceType == typeof(AI.ChatClientMetadata) ? _metadata
            : serviceType == typeof(GenerationInfo) ? model.Info
            : serviceType.IsInstanceOfType(this) ? this
            : serviceType.IsInstanceOfType(model) ? model
            : null;
    }

    public void Dispose()
    {
        // The host owns the model.
    }

    private static bool ShowsReasoning(AI.ChatOptions? options) => options?.Reasoning?.Output != AI.ReasoningOutput.None;

    private ChatRequest Read(IEnumerable<AI.ChatMessage> messages, AI.ChatOptions? options)
    {
        ArgumentNullException.ThrowIfNull(messages);
        ModelId.Check(options?.ModelId, name, isKnownAs);
        return ChatRequestReader.Read(messages, options, options?.RawRepresentationFactory?.Invoke(this) as ChatRequest);
    }
}
