// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;


/// <summary>What a request needs of its model: every parameter that differs from its default.</summary>
internal static class RequestFeatures
{
    public static GenerationFeatures Of(ChatRequest request)
        => Of(request.Sampling)
            | Of(request.ResponseFormat)
            | Of(request.Messages)
            | If(request.ChoiceCount > 1, GenerationFeatures.Choices)
            | If(request.MinTokens > 0, GenerationFeatures.MinTokens)
            | If(request.Stop.Count > 0, GenerationFeatures.Stop)
            | If(request.StopTokenIds.Count > 0, GenerationFeatures.StopTokenIds)
            | If(request.IncludeStopText, GenerationFeatures.IncludeStopText)
            | If(request.IgnoreEndToken, GenerationFeatures.IgnoreEndToken)
            | If(request.TopLogprobs is not null, GenerationFeatures.Logprobs)
            | If(!request.SkipSpecialTokens, GenerationFeatures.KeepSpecialTokens)
            | If(request.Truncation is not null, GenerationFeatures.Truncation)
            | If(request.AddSpecialTokens, GenerationFeatures.SpecialTokens)
            | If(request.Tools.Count > 0, GenerationFeatures.Tools)
            | If(request.ToolChoice.Mode is ToolChoiceMode.Required or ToolChoiceMode.Named, GenerationFeatures.ForcedToolChoice)
            | If(request.ToolChoice.Allowed is not null, GenerationFeatures.AllowedTools)
            | If(request.Tools.Count > 0 && !request.ParallelToolCalls, GenerationFeatures.SingleToolCall)
            | If(request.ReasoningEffort is not null, GenerationFeatures.ReasoningEffort)
            | If(request.TemplateArguments is { Count: > 0 }, GenerationFeatures.TemplateArguments)
            | If(request.Template is not null, GenerationFeatures.Template)
            | If(request.ContinueFinalMessage, GenerationFeatures.ContinueFinalMessage)
            | If(!request.AddGenerationPrompt && !request.ContinueFinalMessage, GenerationFeatures.OmitGenerationPrompt);

    public static GenerationFeatures Of(TextRequest request)
        => Of(request.Sampling)
            | Of(request.ResponseFormat)
            | If(request.Prompts.Count > 1, GenerationFeatures.Prompts)
            | If(request.Prompts.Any(prompt => prompt.IsTokens), GenerationFeatures.TokenInput)
            | If(request.Suffix is not null, GenerationFeatures.Suffix)
            | If(request.Echo, GenerationFeatures.Echo)
            | If(request.ChoiceCount > 1, GenerationFeatures.Choices)
            | If(request.MinTokens > 0, GenerationFeatures.MinTokens)
            | If(request.Stop.Count > 0, GenerationFeatures.Stop)
            | If(request.StopTokenIds.Count > 0, GenerationFeatures.StopTokenIds)
            | If(request.IncludeStopText, GenerationFeatures.IncludeStopText)
            | If(request.IgnoreEndToken, GenerationFeatures.IgnoreEndToken)
            | If(request.TopLogprobs is not null, GenerationFeatures.Logprobs)
            | If(!request.SkipSpecialTokens, GenerationFeatures.KeepSpecialTokens)
            | If(request.Truncation is not null, GenerationFeatures.Truncation)
            | If(!request.AddSpecialTokens, GenerationFeatures.SpecialTokens);

    public static GenerationFeatures Of(GenerationRequest request)
        => Of(request.Sampling)
            | If(request.ChoiceCount > 1, GenerationFeatures.Choices)
            | If(request.MinTokens > 0, GenerationFeatures.MinTokens)
            | If(request.StopTokenIds.Count > 0, GenerationFeatures.StopTokenIds)
            | If(request.IgnoreEndToken, GenerationFeatures.IgnoreEndToken)
            | If(request.TopLogprobs is not null || request.PromptLogprobs, GenerationFeatures.Logprobs)
            | If(request.Grammar is not null, GenerationFeatures.Grammar);

    // A client that spells a default out asks for nothing.
    private static GenerationFeatures Of(SamplingOptions sampling)
        => If(sampling.Temperature is not (null or 1), GenerationFeatures.Temperature)
            | If(sampling.TopP is not (null or 1), GenerationFeatures.TopP)
            | If(sampling.TopK is not (null or 0 or -1), GenerationFeatures.TopK)
            | If(sampling.MinP is not (null or 0), GenerationFeatures.MinP)
            | If(sampling.FrequencyPenalty is not (null or 0), GenerationFeatures.FrequencyPenalty)
            | If(sampling.PresencePenalty is not (null or 0), GenerationFeatures.PresencePenalty)
            | If(sampling.RepetitionPenalty is not (null or 1), GenerationFeatures.RepetitionPenalty)
            | If(sampling.Seed is not null, GenerationFeatures.Seed)
            | If(sampling.LogitBias is { Count: > 0 }, GenerationFeatures.LogitBias);

    private static GenerationFeatures Of(ResponseFormat format) => format.Kind switch
    {
        ResponseFormatKind.JsonObject => GenerationFeatures.JsonObject,
        ResponseFormatKind.JsonSchema => GenerationFeatures.JsonSchema,
        ResponseFormatKind.Regex => GenerationFeatures.Regex,
        ResponseFormatKind.Choice => GenerationFeatures.ChoiceList,
        ResponseFormatKind.Grammar => GenerationFeatures.Grammar,
        _ => GenerationFeatures.None,
    };

    private static GenerationFeatures Of(IReadOnlyList<ChatMessage> messages)
    {
        var features = GenerationFeatures.None;
        foreach (var message in messages)
        {
            features |= If(message.Reasoning is not null, GenerationFeatures.ReasoningHistory);
            foreach (var part in message.Content)
            {
                features |= part switch
                {
                    ImagePart => GenerationFeatures.Images,
                    AudioPart => GenerationFeatures.Audio,
                    FilePart => GenerationFeatures.Files,
                    _ => GenerationFeatures.None,
                };
            }
        }

        return features;
    }

    private static GenerationFeatures If(bool needed, GenerationFeatures feature)
        => needed ? feature : GenerationFeatures.None;
}
