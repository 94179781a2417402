// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary>Reads what requests of Text Embeddings Inference share.</summary>
internal static class TeiFields
{
    public const string Inputs = "inputs";

    private const string Truncate = "truncate";

    /// <summary>Refuses an input that is there but empty.</summary>
    /// <exception cref="InferenceException">InvalidInput, as a kind of its own.</exception>
    public static void RefuseEmpty(RequestFields fields, string name)
    {
        if (fields.Find(name) is { } value
            && (value.ValueKind == JsonValueKind.Array ? value.GetArrayLength() == 0 : value.ValueKind == JsonValueKind.String && value.ValueEquals("")))
        {
            throw RequestFields.InvalidAt(fields.PathOf(name), "cannot be empty", TeiErrorFormat.Empty);
        }
    }

    /// <summary>How inputs that are too long are cut: as the request says, else as the server says.</summary>
    public static PromptTruncation? FindTruncation(RequestFields fields, InferenceOpenAIOptions options, TextFeatures offered)
    {
        const string Direction = "truncation_direction";
        var side = fields.FindString(Direction) switch
        {
            null or "Right" or "right" => TruncationSide.Right,
            "Left" or "left" => TruncationSide.Left,
            _ => throw fields.Invalid(Direction, "must be 'Left' or 'Right'"),
        };
        return fields.FindBoolean(Truncate) switch
        {
            true => new PromptTruncation { Side = side },
            false => null,
            null => TextChecks.FindTruncation(options, offered) is { } own ? own with { Side = side } : null,
        };
    }

    /// <summary>Refuses what the model does not honour, by the field of this protocol.</summary>
    /// <exception cref="InferenceException">Unsupported.</exception>
    public static void EnsureSupports(TextFeatures? offered, TextFeatures required)
    {
        if (offered is { } features)
        {
            var first = required & ~features & (TextFeatures.Truncation | TextFeatures.RawScores);
            var (feature, name) = first.HasFlag(TextFeatures.Truncation) ? (TextFeatures.Truncation, Truncate) : (TextFeatures.RawScores, "raw_scores");
            TextChecks.EnsureSupports(features, required, feature, name);
        }
    }
}
