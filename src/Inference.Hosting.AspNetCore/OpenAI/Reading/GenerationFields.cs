// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Reading;

/// <summary>The fields that chats and completions share: how tokens are chosen, where an answer ends, which form it has.</summary>
internal sealed record GenerationFields
{
    private const int MostChoices = 128;
    private const int MostStops = 16;

    public required SamplingOptions Sampling { get; init; }

    public required int ChoiceCount { get; init; }

    public required int MinTokens { get; init; }

    public required IReadOnlyList<string> Stop { get; init; }

    public required IReadOnlyList<int> StopTokenIds { get; init; }

    public required bool IncludeStopText { get; init; }

    public required bool IgnoreEndToken { get; init; }

    public required bool SkipSpecialTokens { get; init; }

    public required PromptTruncation? Truncation { get; init; }

    public required ResponseFormat ResponseFormat { get; init; }

    /// <summary>Reads all of them.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="info">What the model declares; null while it is not known.</param>
    /// <param name="maxChoices">Most choices that the server allows.</param>
    /// <param name="maxTokens">The request's token limit, which the least number of tokens must not exceed.</param>
    /// <exception cref="InferenceException">InvalidInput, with the path of what is wrong.</exception>
    public static GenerationFields Read(RequestFields fields, GenerationInfo? info, int maxChoices, int? maxTokens) => new()
    {
        Sampling = SamplingReader.Read(fields, info),
        ChoiceCount = ReadChoiceCount(fields, info, maxChoices),
        MinTokens = ReadMinTokens(fields, maxTokens),
        Stop = ReadStop(fields),
        StopTokenIds = ReadStopTokenIds(fields, info),
        IncludeStopText = fields.FindBoolean("include_stop_str_in_output") ?? false,
        IgnoreEndToken = fields.FindBoolean("ignore_eos") ?? false,
        SkipSpecialTokens = fields.FindBoolean("skip_special_tokens") ?? true,
        Truncation = ReadTruncation(fields, info),
        ResponseFormat = ResponseFormatReader.Read(fields),
    };

    /// <summary>Reads a text or several that end an answer; none when it is absent.</summary>
    public static IReadOnlyList<string> ReadStop(RequestFields fields)
    {
        const string Name = "stop";
        if (fields.Find(Name) is not { } value)
        {
            return [];
        }

        var stops = value.ValueKind switch
        {
            JsonValueKind.String => (IReadOnlyList<string>)[value.GetString()!],
            JsonValueKind.Array when value.GetArrayLength() > MostStops
                => throw fields.Invalid(Name, $"has {value.GetArrayLength()} texts, more than the {MostStops} that one request may have"),
            JsonValueKind.Array => fields.FindStrings(Name)!,
            _ => throw fields.WrongType(Name, "a string or an array of strings"),
        };
        for (var i = 0; i < stops.Count; i++)
        {
            if (stops[i].Length == 0)
            {
                throw RequestFields.InvalidAt(
                    value.ValueKind == JsonValueKind.Array ? $"{fields.PathOf(Name)}[{i}]" : fields.PathOf(Name), "is empty: every text would end the answer");
            }
        }

        return stops;
    }

    private static int ReadChoiceCount(RequestFields fields, GenerationInfo? info, int maxChoices)
    {
        const string Name = "n";
        var count = fields.FindInt32(Name, 1, MostChoices) ?? 1;

        // A model without choices is named by its features, not by a number.
        var most = info is not null && info.Features.HasFlag(GenerationFeatures.Choices) ? Math.Min(maxChoices, info.MaxChoices) : maxChoices;
        return count <= most ? count : throw fields.Invalid(Name, $"must be at most {most}, not {count}");
    }

    private static int ReadMinTokens(RequestFields fields, int? maxTokens)
    {
        const string Name = "min_tokens";
        var least = SamplingReader.ToInt32(fields.FindInt64(Name, 0)) ?? 0;
        return least <= (maxTokens ?? int.MaxValue)
            ? least
            : throw fields.Invalid(Name, $"is {least}, more than the {maxTokens} tokens that the answer may have");
    }

    private static int[] ReadStopTokenIds(RequestFields fields, GenerationInfo? info)
    {
        const string Name = "stop_token_ids";
        if (fields.FindArray(Name) is not { } array)
        {
            return [];
        }

        var most = (info?.VocabularySize ?? int.MaxValue) - 1;
        var tokens = new int[array.GetArrayLength()];
        var index = 0;
        foreach (var item in array.EnumerateArray())
        {
            var at = $"{fields.PathOf(Name)}[{index}]";
            var token = RequestFields.ToInt64(item, at);
            tokens[index++] = token >= 0 && token <= most
                ? (int)token
                : throw RequestFields.InvalidAt(at, $"is {token}, which is outside the vocabulary: ids are from 0 to {most}");
        }

        return tokens;
    }

    private static PromptTruncation? ReadTruncation(RequestFields fields, GenerationInfo? info)
    {
        var truncation = TruncationReader.Read(fields, TruncationSide.Left);
        return truncation?.MaxTokens > info?.ContextLength
            ? throw fields.Invalid("truncate_prompt_tokens", $"must be at most {info!.ContextLength}, the model's context, not {truncation!.MaxTokens}")
            : truncation;
    }
}
