// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>One input: a text, or the tokens of one.</summary>
/// <remarks>The default value is an empty text. Token memory is the caller's and must not change until the call completes.</remarks>
public readonly record struct TextInput
{
    private readonly string? _text;

    private TextInput(string? text, ReadOnlyMemory<int> tokens, bool isTokens)
        => (_text, Tokens, IsTokens) = (text, tokens, isTokens);

    /// <summary>The text; empty when tokens were given.</summary>
    public string Text => _text ?? "";

    /// <summary>Token ids of the model's vocabulary; empty when a text was given. They are taken as they are: no special tokens are added.</summary>
    public ReadOnlyMemory<int> Tokens { get; }

    /// <summary>Whether tokens were given, even none.</summary>
    public bool IsTokens { get; }

    /// <summary>Whether there is nothing in it.</summary>
    public bool IsEmpty => IsTokens ? Tokens.IsEmpty : Text.Length == 0;

    /// <summary>A text as an input.</summary>
    /// <param name="text">The text.</param>
    public static implicit operator TextInput(string text) => FromText(text);

    /// <summary>A text as an input.</summary>
    /// <param name="text">The text.</param>
    public static TextInput FromText(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new(text, default, isTokens: false);
    }

    /// <summary>Tokens as an input.</summary>
    /// <param name="tokens">Ids of the model's vocabulary; not copied.</param>
    public static TextInput FromTokens(ReadOnlyMemory<int> tokens) => new(null, tokens, isTokens: true);

    /// <summary>Kind and length, never content: safe to log.</summary>
    public override string ToString() => IsTokens ? $"{Tokens.Length} tokens" : $"{Text.Length} characters";
}
