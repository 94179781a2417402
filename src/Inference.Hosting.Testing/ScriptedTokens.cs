// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>The tokens of scripted models: the bytes of the text in UTF-8, so that they can be counted by hand and turned back without loss.</summary>
internal static class ScriptedTokens
{
    /// <summary>The special token before a text.</summary>
    public const int Start = 256;

    public const int VocabularySize = 257;

    public static int Count(TextInput input) => input.IsTokens ? input.Tokens.Length : Encoding.UTF8.GetByteCount(input.Text);

    public static int Count(TextPair pair) => Count(pair.First) + (pair.Second is { } second ? Count(second) : 0);

    public static int Count(ChatRequest request) => Encoding.UTF8.GetByteCount(Render(request));

    /// <summary>The text of an input; that of tokens, if it is tokens.</summary>
    public static string TextOf(TextInput input) => input.IsTokens ? Decode(input.Tokens.Span, skipSpecial: true) : input.Text;

    public static int[] Encode(string text, bool addStart)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        var tokens = new int[bytes.Length + (addStart ? 1 : 0)];
        var at = 0;
        if (addStart)
        {
            tokens[at++] = Start;
        }

        foreach (var value in bytes)
        {
            tokens[at++] = value;
        }

        return tokens;
    }

    public static string Decode(ReadOnlySpan<int> tokens, bool skipSpecial)
    {
        var text = new StringBuilder();
        var bytes = new List<byte>();
        foreach (var token in tokens)
        {
            if (token is < 0 or >= VocabularySize)
            {
                throw new InferenceException(
                    InferenceErrorCode.InvalidInput, $"Token {token} is outside the vocabulary: ids are from 0 to {VocabularySize - 1}.")
                {
                    Parameter = "tokens",
                    Reason = InferenceErrorReasons.InvalidValue,
                };
            }

            if (token != Start)
            {
                bytes.Add((byte)token);
            }
            else if (!skipSpecial)
            {
                Flush();
                text.Append("<s>");
            }
        }

        Flush();
        return text.ToString();

        void Flush()
        {
            text.Append(Encoding.UTF8.GetString([.. bytes]));
            bytes.Clear();
        }
    }

    /// <summary>The prompt of a chat: a line for each message.</summary>
    public static string Render(ChatRequest request)
    {
        var prompt = new StringBuilder();
        foreach (var message in request.Messages)
        {
            prompt.Append(message.Role.ToString().ToLowerInvariant()).Append(": ").Append(message.Text).Append('\n');
        }

        return (request.AddGenerationPrompt ? prompt.Append("assistant: ") : prompt).ToString();
    }

    /// <summary>Tokens of an input within a limit, and how many truncation cut off.</summary>
    /// <exception cref="InferenceException">InvalidInput: too long, and not to be cut.</exception>
    public static (int Kept, int Cut) Fit(int tokens, int? limit, PromptTruncation? truncation, string parameter)
    {
        var most = Math.Min(limit ?? int.MaxValue, truncation?.MaxTokens ?? int.MaxValue);
        if (tokens <= most)
        {
            return (tokens, 0);
        }

        return truncation is not null
            ? (most, tokens - most)
            : throw new InferenceException(
                InferenceErrorCode.InvalidInput, $"The model takes {most} tokens, and the input has {tokens}. Shorten it, or let it be truncated.")
            {
                Parameter = parameter,
                Reason = InferenceErrorReasons.ContextLengthExceeded,
            };
    }
}
