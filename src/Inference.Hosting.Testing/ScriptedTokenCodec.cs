// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>A tokenizer whose tokens are the bytes of the text in UTF-8, and 256 the start of a text. Thread-safe.</summary>
/// <remarks>A chat is a line for each message, <c>role: text</c>, and <c>assistant: </c> at its end. <see cref="ScriptedChatModel"/> counts the same tokens.</remarks>
public sealed class ScriptedTokenCodec : ITokenCodec
{
    private TokenizeRequest? _last;

    /// <inheritdoc cref="ScriptedEmbeddingModel.Info"/>
    public TokenCodecInfo? Info { get; set; } = new() { Features = ScriptedFeatures.Text, VocabularySize = ScriptedTokens.VocabularySize };

    /// <inheritdoc cref="ScriptedChatModel.Calls"/>
    public ScriptedCalls Calls { get; } = new();

    /// <summary>The latest request to tokenize, not copied; null before the first.</summary>
    public TokenizeRequest? LastRequest => Volatile.Read(ref _last);

    /// <inheritdoc/>
    public ValueTask<TokenizeResult> TokenizeAsync(TokenizeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        Volatile.Write(ref _last, request);
        return Calls.RunAsync(() => Tokenize(request), cancellationToken);
    }

    /// <inheritdoc/>
    public ValueTask<string> DetokenizeAsync(DetokenizeRequest request, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        return Calls.RunAsync(() => ScriptedTokens.Decode(request.Tokens.Span, request.SkipSpecialTokens), cancellationToken);
    }

    private TokenizeResult Tokenize(TokenizeRequest request)
    {
        var info = Info ?? throw ScriptedFeatures.NotLoaded();
        info.Features.EnsureSupports(request.RequiredFeatures);
        var text = request.Chat is { } chat ? ScriptedTokens.Render(chat) : request.Text ?? "";
        var tokens = ScriptedTokens.Encode(text, request.AddSpecialTokens ?? request.Chat is null);
        return new TokenizeResult
        {
            Tokens = tokens,
            TokenTexts = request.ReturnTokenTexts ? [.. tokens.Select(TextOf)] : null,
            MaxModelTokens = info.MaxModelTokens,
        };
    }

    private static string TextOf(int token)
        => token == ScriptedTokens.Start ? "<s>" : token < 128 ? ((char)token).ToString() : Encoding.UTF8.GetString([(byte)token]);
}
