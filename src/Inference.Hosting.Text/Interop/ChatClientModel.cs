// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Backends;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>A loaded <see cref="AI.IChatClient"/>.</summary>
internal sealed class ChatClientModel : ILoadedModel, IChatModel
{
    private readonly AI.IChatClient _client;
    private readonly IOptionsMonitor<ChatClientOptions> _options;
    private readonly string _optionsName;
    private readonly ClientCalls _calls;
    private (ChatClientOptions Options, GenerationInfo Info)? _info;

    public ChatClientModel(AI.IChatClient client, ModelLoadContext context)
    {
        (_client, _optionsName) = (client, context.OptionsName);
        _options = context.Services.GetRequiredService<IOptionsMonitor<ChatClientOptions>>();
        _calls = new ClientCalls(context, () => Options.MaxConcurrency);
        Metadata = ClientMetadata.Of(context, "chat_client");
    }

    public ModelMetadata Metadata { get; }

    public ModelLoad Load => _calls.Load;

    public ModelStatistics? Statistics => _calls.Statistics;

    public GenerationInfo Info
    {
        get
        {
            var options = Options;
            if (_info is not { } known || !ReferenceEquals(known.Options, options))
            {
                _info = known = (options, new GenerationInfo
                {
                    Features = options.Features,
                    ContextLength = options.ContextLength,
                    MaxChoices = 1,
                    MaxTopLogprobs = 0,
                });
            }

            return known.Info;
        }
    }

    private ChatClientOptions Options => _options.Get(_optionsName);

    public object? GetCapability(Type capability) => capability == typeof(IChatModel) ? this : null;

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
        => throw ClientMetadata.NoTensors(Metadata.Name);

    public async ValueTask<ChatResult> CompleteAsync(ChatRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (messages, options) = Translate(request);
        var call = await _calls.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using var ended = call.ConfigureAwait(false);
        var response = await call.RunAsync(token => _client.GetResponseAsync(messages, options, token)).ConfigureAwait(false);
        var deltas = call.Read(response, new AnswerReader(request).Read);
        call.Succeed();
        return await ChatResult.GatherAsync(deltas.ToAsyncEnumerable(), cancellationToken).ConfigureAwait(false);
    }

    public async IAsyncEnumerable<ChatDelta> StreamAsync(
        ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        var (messages, options) = Translate(request);
        var call = await _calls.BeginAsync(cancellationToken).ConfigureAwait(false);
        await using var ended = call.ConfigureAwait(false);
        var reader = new AnswerReader(request);
        IAsyncEnumerator<AI.ChatResponseUpdate>? updates = null;
        while (await call.RunAsync(token =>
        {
            updates ??= call.Own(_client.GetStreamingResponseAsync(messages, options, token).GetAsyncEnumerator(token));
            return updates.MoveNextAsync().AsTask();
        }).ConfigureAwait(false))
        {
            foreach (var delta in call.Read(updates!.Current, reader.Read))
            {
                yield return delta;
            }
        }

        var rest = call.Read(reader, static reader => reader.End());
        call.Succeed();
        foreach (var delta in rest)
        {
            yield return delta;
        }
    }

    public ValueTask DisposeAsync() => _calls.DisposeAsync();

    private (List<AI.ChatMessage> Messages, AI.ChatOptions Options) Translate(ChatRequest request)
    {
        Info.Features.EnsureSupports(request.RequiredFeatures);
        return (ChatRequestWriter.Messages(request), ChatRequestWriter.Options(request));
    }
}
