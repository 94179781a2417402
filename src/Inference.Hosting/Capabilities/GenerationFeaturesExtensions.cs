// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>Names of features in requests, and the check against them.</summary>
public static class GenerationFeaturesExtensions
{
    /// <summary>The request field that asks for a feature, as the OpenAI routes and vLLM spell it, for example <c>top_k</c>.</summary>
    /// <param name="feature">A single feature.</param>
    /// <exception cref="ArgumentOutOfRangeException">No feature, several, or an unknown one.</exception>
    public static string GetParameterName(this GenerationFeatures feature) => feature switch
    {
        GenerationFeatures.Temperature => "temperature",
        GenerationFeatures.TopP => "top_p",
        GenerationFeatures.TopK => "top_k",
        GenerationFeatures.MinP => "min_p",
        GenerationFeatures.FrequencyPenalty => "frequency_penalty",
        GenerationFeatures.PresencePenalty => "presence_penalty",
        GenerationFeatures.RepetitionPenalty => "repetition_penalty",
        GenerationFeatures.Seed => "seed",
        GenerationFeatures.LogitBias => "logit_bias",
        GenerationFeatures.Choices => "n",
        GenerationFeatures.Logprobs => "logprobs",
        GenerationFeatures.Stop => "stop",
        GenerationFeatures.StopTokenIds => "stop_token_ids",
        GenerationFeatures.IncludeStopText => "include_stop_str_in_output",
        GenerationFeatures.MinTokens => "min_tokens",
        GenerationFeatures.IgnoreEndToken => "ignore_eos",
        GenerationFeatures.KeepSpecialTokens => "skip_special_tokens",
        GenerationFeatures.Truncation => "truncate_prompt_tokens",
        GenerationFeatures.JsonObject or GenerationFeatures.JsonSchema => "response_format",
        GenerationFeatures.Regex or GenerationFeatures.ChoiceList or GenerationFeatures.Grammar => "structured_outputs",
        GenerationFeatures.TokenInput or GenerationFeatures.Prompts => "prompt",
        GenerationFeatures.Echo => "echo",
        GenerationFeatures.Suffix => "suffix",
        GenerationFeatures.SpecialTokens => "add_special_tokens",
        GenerationFeatures.Tools => "tools",
        GenerationFeatures.ForcedToolChoice or GenerationFeatures.AllowedTools => "tool_choice",
        GenerationFeatures.SingleToolCall => "parallel_tool_calls",
        GenerationFeatures.ReasoningEffort => "reasoning_effort",
        GenerationFeatures.TemplateArguments => "chat_template_kwargs",
        GenerationFeatures.Template => "chat_template",
        GenerationFeatures.OmitGenerationPrompt => "add_generation_prompt",
        GenerationFeatures.ContinueFinalMessage => "continue_final_message",
        GenerationFeatures.Images or GenerationFeatures.Audio or GenerationFeatures.Files
            or GenerationFeatures.ReasoningHistory => "messages",
        _ => throw new ArgumentOutOfRangeException(nameof(feature), feature, "Name one feature."),
    };

    /// <summary>Refuses a request that needs what the model does not declare.</summary>
    /// <param name="offered">What the model honours.</param>
    /// <param name="required">What the request needs.</param>
    /// <exception cref="InferenceException">Unsupported, with the name of the parameter of the first feature that is missing.</exception>
    public static void EnsureSupports(this GenerationFeatures offered, GenerationFeatures required)
    {
        var missing = required & ~offered;
        if (missing == GenerationFeatures.None)
        {
            return;
        }

        // The lowest bit: the order of the enum decides which of several faults is named.
        var first = missing & (GenerationFeatures)(-(long)missing);
        var name = first.GetParameterName();
        throw new InferenceException(
            InferenceErrorCode.Unsupported, $"The model does not support '{name}' as given ({first}). Leave it out, or use another model.")
        {
            Parameter = name,
        };
    }
}
