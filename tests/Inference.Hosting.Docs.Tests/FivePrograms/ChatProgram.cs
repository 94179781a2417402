// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Testing;

namespace Inference.Hosting.Docs.Tests.FivePrograms;

/// <summary>3: a chat over a local model, streamed to a browser.</summary>
internal static class ChatProgram
{
    public static WebApplication Build(string[] args)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddChatModel("assistant")
            .UseBackend(_ => new FakeBackend().WithCapability<IChatModel>(new Parrot()))
            .AsDefault();

        var app = builder.Build();
        app.MapPost("/chat", (Question question, IChatModel chat, CancellationToken cancellationToken) =>
            TypedResults.ServerSentEvents(AnswerAsync(chat, question, cancellationToken)));
        return app;
    }

    private static async IAsyncEnumerable<string> AnswerAsync(
        IChatModel chat, Question question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var request = new ChatRequest
        {
            Messages = [ChatMessage.FromSystem("Answer shortly."), ChatMessage.FromUser(question.Text)],
            MaxTokens = 200,
            Sampling = new SamplingOptions { Temperature = 0.2f },
        };
        chat.Info?.Features.EnsureSupports(request.RequiredFeatures);
        await foreach (var delta in chat.StreamAsync(request, cancellationToken))
        {
            if (delta.Text is { Length: > 0 } text)
            {
                yield return text;
            }
        }
    }

    internal sealed record Question(string Text);

    /// <summary>Stands in for a model: says the question again, word by word.</summary>
    internal sealed class Parrot : IChatModel
    {
        public GenerationInfo? Info { get; } = new() { Features = GenerationFeatures.Temperature };

        public async IAsyncEnumerable<ChatDelta> StreamAsync(
            ChatRequest request, [EnumeratorCancellation] CancellationToken cancellationToken = default)
        {
            foreach (var word in request.Messages[^1].Text.Split(' '))
            {
                await Task.Yield();
                cancellationToken.ThrowIfCancellationRequested();
                yield return new ChatDelta { Text = word };
            }

            yield return new ChatDelta { FinishReason = FinishReason.Stop };
        }
    }
}
