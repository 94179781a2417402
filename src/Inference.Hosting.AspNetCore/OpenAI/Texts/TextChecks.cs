// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary>Checks of requests against what their model declares, and of answers against what they must be.</summary>
internal static class TextChecks
{
    /// <summary>Refuses what the model does not honour.</summary>
    /// <param name="offered">What it honours.</param>
    /// <param name="required">What the request needs.</param>
    /// <param name="feature">A feature that the client asked for by another name than ours.</param>
    /// <param name="name">That name.</param>
    /// <exception cref="InferenceException">Unsupported, with the name of the field.</exception>
    public static void EnsureSupports(TextFeatures offered, TextFeatures required, TextFeatures feature = TextFeatures.None, string? name = null)
    {
        try
        {
            offered.EnsureSupports(required);
        }
        catch (InferenceException exception) when (name is not null && feature != TextFeatures.None && exception.Parameter == feature.GetParameterName())
        {
            throw new InferenceException(exception.Code, $"The model does not support '{name}' as given ({feature}). Leave it out, or use another model.")
            {
                Parameter = name,
            };
        }
    }

    /// <summary>How inputs that are too long are cut: as the request says, else as the server says where the model can.</summary>
    /// <exception cref="InferenceException">InvalidInput: more tokens than the model takes.</exception>
    public static PromptTruncation? FindTruncation(RequestFields fields, InferenceOpenAIOptions options, TextFeatures offered, int? mostTokens)
    {
        var truncation = TruncationReader.Read(fields);
        if (truncation?.MaxTokens > mostTokens)
        {
            throw fields.Invalid("truncate_prompt_tokens", $"is {truncation.MaxTokens}, more than the {mostTokens} tokens that the model takes");
        }

        return truncation ?? FindTruncation(options, offered);
    }

    /// <summary>How the server wants inputs cut that are too long; null for not at all.</summary>
    public static PromptTruncation? FindTruncation(InferenceOpenAIOptions options, TextFeatures offered)
        => options.AutoTruncate && offered.HasFlag(TextFeatures.Truncation) ? new PromptTruncation() : null;

    /// <summary>Refuses tokens that the model does not know, and inputs of more than it takes: what can be told without its tokenizer.</summary>
    /// <param name="inputs">What was read.</param>
    /// <param name="field">Where from.</param>
    /// <param name="path">Where that stands.</param>
    /// <param name="vocabulary">Number of token ids; null when unknown.</param>
    /// <param name="mostTokens">Most tokens of an input; null when unknown, or when inputs are cut.</param>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static void CheckTokens(IReadOnlyList<TextInput> inputs, JsonElement field, string path, int? vocabulary, int? mostTokens)
    {
        for (var i = 0; i < inputs.Count; i++)
        {
            if (!inputs[i].IsTokens)
            {
                continue;
            }

            var at = field[0].ValueKind == JsonValueKind.Array ? $"{path}[{i}]" : path;
            var tokens = inputs[i].Tokens.Span;
            CheckVocabulary(tokens, at, vocabulary);
            if (tokens.Length > mostTokens)
            {
                throw RequestFields.InvalidAt(
                    at,
                    $"has {tokens.Length} tokens, and the model's maximum context length is {mostTokens} tokens. Shorten it, or have it cut by 'truncate_prompt_tokens': -1",
                    InferenceErrorReasons.ContextLengthExceeded);
            }
        }
    }

    /// <summary>Refuses tokens that the model does not know.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static void CheckVocabulary(ReadOnlySpan<int> tokens, string path, int? vocabulary)
    {
        if (vocabulary is { } size && tokens.IndexOfAnyExceptInRange(0, size - 1) is >= 0 and var bad)
        {
            throw RequestFields.InvalidAt($"{path}[{bad}]", $"is {tokens[bad]}, outside the model's vocabulary: tokens are from 0 to {size - 1}");
        }
    }

    /// <summary>Refuses an answer that does not fit its request: half of it would be somebody else's.</summary>
    /// <exception cref="InferenceException">EngineFailed.</exception>
    public static void CheckCount(int answers, int inputs)
    {
        if (answers != inputs)
        {
            throw new InferenceException(InferenceErrorCode.EngineFailed, $"The model gave {answers} answers for {inputs} inputs.");
        }
    }

    /// <summary>A number of an answer. JSON has neither NaN nor the infinities, and a client could not tell null from none.</summary>
    /// <exception cref="InferenceException">EngineFailed.</exception>
    public static float Finite(float value, int index) => float.IsFinite(value) ? value : throw NotFinite(index);

    /// <inheritdoc cref="Finite(float, int)"/>
    public static void Finite(ReadOnlySpan<float> values, int index)
    {
        foreach (var value in values)
        {
            if (!float.IsFinite(value))
            {
                throw NotFinite(index);
            }
        }
    }

    private static InferenceException NotFinite(int index)
        => new(InferenceErrorCode.EngineFailed, $"The model gave numbers that are not finite for input {index}.");
}
