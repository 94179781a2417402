// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Completions;

/// <summary>Reads a request of <c>/v1/completions</c>.</summary>
internal static class CompletionRequestReader
{
    private const int DefaultMaxTokens = 16;
    private const int MostLogprobs = 20;

    /// <summary>Reads the request and checks it against what its model declares.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="info">What the model declares; null while it is not known, and then the model checks.</param>
    /// <param name="options">What the server allows.</param>
    /// <exception cref="InferenceException">InvalidInput, with the path of what is wrong; Unsupported, with the name of the field.</exception>
    public static CompletionQuery Read(RequestFields fields, GenerationInfo? info, InferenceOpenAIOptions options)
    {
        RefusedFields.Check(fields, RefusedFields.Generation);
        var prompts = InputReader.Require(fields, "prompt", options.MaxPrompts);
        EnsureVocabulary(fields, prompts, info);
        var echo = fields.FindBoolean("echo") ?? false;
        var maxTokens = ReadMaxTokens(fields, echo);
        var common = GenerationFields.Read(fields, info, options.MaxChoices, maxTokens);
        EnsureNoBestOf(fields, common.ChoiceCount);
        var request = new TextRequest
        {
            Prompts = prompts,
            Suffix = fields.FindString("suffix"),
            Echo = echo,
            Sampling = common.Sampling,
            ChoiceCount = common.ChoiceCount,
            MaxTokens = maxTokens,
            MinTokens = common.MinTokens,
            Stop = common.Stop,
            StopTokenIds = common.StopTokenIds,
            IncludeStopText = common.IncludeStopText,
            IgnoreEndToken = common.IgnoreEndToken,
            TopLogprobs = fields.FindInt32("logprobs", 0, Math.Min(info?.MaxTopLogprobs ?? MostLogprobs, MostLogprobs)),
            ResponseFormat = common.ResponseFormat,
            SkipSpecialTokens = common.SkipSpecialTokens,
            Truncation = common.Truncation,
            AddSpecialTokens = fields.FindBoolean("add_special_tokens") ?? true,
        };
        info?.Features.EnsureSupports(request.RequiredFeatures);
        return new CompletionQuery(request, StreamOptions.Read(fields));
    }

    private static int ReadMaxTokens(RequestFields fields, bool echo)
    {
        const string Name = "max_tokens";
        var most = SamplingReader.ToInt32(fields.FindInt64(Name, 0)) ?? DefaultMaxTokens;
        return most > 0 || echo ? most : throw fields.Invalid(Name, "can be 0 only with 'echo'");
    }

    private static void EnsureNoBestOf(RequestFields fields, int choices)
    {
        const string Name = "best_of";
        if (fields.FindInt64(Name) is { } best && best != choices)
        {
            throw fields.Unsupported(Name, "is not supported: leave it out, or give it the value of 'n'");
        }
    }

    private static void EnsureVocabulary(RequestFields fields, IReadOnlyList<TextInput> prompts, GenerationInfo? info)
    {
        if (info?.VocabularySize is not { } size)
        {
            return;
        }

        foreach (var prompt in prompts)
        {
            foreach (var token in prompt.Tokens.Span)
            {
                if (token >= size)
                {
                    throw fields.Invalid("prompt", $"has the token {token}, which is outside the vocabulary: ids are from 0 to {size - 1}");
                }
            }
        }
    }
}
