// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Names of features in requests, and the check against them.</summary>
public static class TextFeaturesExtensions
{
    /// <summary>The request field that asks for a feature, as the OpenAI routes and vLLM spell it, for example <c>dimensions</c>.</summary>
    /// <param name="feature">A single feature.</param>
    /// <exception cref="ArgumentOutOfRangeException">No feature, several, or an unknown one.</exception>
    public static string GetParameterName(this TextFeatures feature) => feature switch
    {
        TextFeatures.TokenInput or TextFeatures.Pairs => "input",
        TextFeatures.Truncation => "truncate_prompt_tokens",
        TextFeatures.OmitSpecialTokens => "add_special_tokens",
        TextFeatures.Dimensions => "dimensions",
        TextFeatures.Normalize => "normalize",
        TextFeatures.PromptName => "prompt_name",
        TextFeatures.RawScores => "use_activation",
        TextFeatures.MaxTokensPerDocument => "max_tokens_per_doc",
        TextFeatures.Chat => "messages",
        TextFeatures.TokenTexts => "return_token_strs",
        _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, "Name one feature."),
    };

    /// <summary>Refuses a request that needs what the model does not declare.</summary>
    /// <param name="offered">What the model honours.</param>
    /// <param name="required">What the request needs.</param>
    /// <exception cref="InferenceException">Unsupported, with the name of the parameter of the first feature that is missing.</exception>
    public static void EnsureSupports(this TextFeatures offered, TextFeatures required)
    {
        var missing = required & ~offered;
        if (missing == TextFeatures.None)
        {
            return;
        }

        var first = missing & (TextFeatures)(-(int)missing);
        var name = first.GetParameterName();
        throw new InferenceException(
            InferenceErrorCode.Unsupported, $"The model does not support '{name}' as given ({first}). Leave it out, or use another model.")
        {
            Parameter = name,
        };
    }
}
