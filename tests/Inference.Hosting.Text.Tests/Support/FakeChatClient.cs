// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Testing;
using Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Tests.Support;

/// <summary>A client of somebody else: gives the updates that a test wrote, or fails.</summary>
internal sealed class FakeChatClient(params ChatResponseUpdate[] updates) : IChatClient
{
    public FakeGate Gate { get; } = new();

    public Exception? Failure { get; set; }

    public Exception? FailureAfter { get; set; }

    /// <summary>Whether a call goes on although its token is cancelled.</summary>
    public bool IsDeaf { get; set; }

    public List<ChatMessage> LastMessages { get; } = [];

    public ChatOptions? LastOptions { get; private set; }

    public int Active { get; private set; }

    public async Task<ChatResponse> GetResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, CancellationToken cancellationToken = default)
        => await GetStreamingResponseAsync(messages, options, cancellationToken).ToChatResponseAsync(CancellationToken.None);

    public async IAsyncEnumerable<ChatResponseUpdate> GetStreamingResponseAsync(
        IEnumerable<ChatMessage> messages, ChatOptions? options = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        LastMessages.Clear();
        LastMessages.AddRange(messages);
        LastOptions = options;
        Active++;
        try
        {
            await Gate.PassAsync(IsDeaf ? CancellationToken.None : cancellationToken);
            foreach (var update in Failure is null ? updates : throw Failure)
            {
                yield return update;
            }

            if (FailureAfter is not null)
            {
                throw FailureAfter;
            }
        }
        finally
        {
            Active--;
        }
    }

    public object? GetService(Type serviceType, object? serviceKey = null) => null;

    public void Dispose() => throw new InvalidOperationException("The client is the app's.");
}
