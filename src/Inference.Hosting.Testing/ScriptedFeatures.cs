// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Testing;

/// <summary>What scripted models declare.</summary>
internal static class ScriptedFeatures
{
    public const TextFeatures Text = TextFeatures.TokenInput | TextFeatures.Truncation | TextFeatures.OmitSpecialTokens | TextFeatures.Dimensions
        | TextFeatures.Normalize | TextFeatures.PromptName | TextFeatures.RawScores | TextFeatures.Pairs | TextFeatures.MaxTokensPerDocument
        | TextFeatures.Chat | TextFeatures.TokenTexts;

    public static GenerationInfo All { get; } = new()
    {
        Features = Enum.GetValues<GenerationFeatures>().Aggregate((all, one) => all | one),
        VocabularySize = ScriptedTokens.VocabularySize,
    };

    public static InferenceException NotLoaded() => new(InferenceErrorCode.NotReady, "The scripted model is not loaded.");
}
