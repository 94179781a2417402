// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>A request of ours as messages and options of Microsoft.Extensions.AI.</summary>
internal static class ChatRequestWriter
{
    /// <summary>What messages and <see cref="AI.ChatOptions"/> can say by themselves.</summary>
    public const GenerationFeatures Carried = GenerationFeatures.Temperature | GenerationFeatures.TopP | GenerationFeatures.TopK
        | GenerationFeatures.FrequencyPenalty | GenerationFeatures.PresencePenalty | GenerationFeatures.Seed | GenerationFeatures.Stop
        | GenerationFeatures.JsonObject | GenerationFeatures.JsonSchema | GenerationFeatures.Tools | GenerationFeatures.ForcedToolChoice
        | GenerationFeatures.SingleToolCall | GenerationFeatures.ReasoningEffort | GenerationFeatures.Images | GenerationFeatures.Audio
        | GenerationFeatures.Files | GenerationFeatures.ReasoningHistory;

    /// <summary>What can be said with additional properties, too.</summary>
    public const GenerationFeatures Possible = Carried | GenerationFeatures.MinP | GenerationFeatures.RepetitionPenalty | GenerationFeatures.LogitBias
        | GenerationFeatures.MinTokens | GenerationFeatures.StopTokenIds | GenerationFeatures.IncludeStopText | GenerationFeatures.IgnoreEndToken
        | GenerationFeatures.KeepSpecialTokens | GenerationFeatures.Truncation | GenerationFeatures.Regex | GenerationFeatures.ChoiceList
        | GenerationFeatures.Grammar | GenerationFeatures.SpecialTokens | GenerationFeatures.TemplateArguments | GenerationFeatures.Template
        | GenerationFeatures.OmitGenerationPrompt | GenerationFeatures.ContinueFinalMessage;

    public static List<AI.ChatMessage> Messages(ChatRequest request) => [.. request.Messages.Select(MessageWriter.Write)];

    /// <exception cref="InferenceException">Unsupported: an effort of reasoning that there is no word for.</exception>
    public static AI.ChatOptions Options(ChatRequest request)
    {
        var properties = new AI.AdditionalPropertiesDictionary();
        OptionFields.Write(request, properties);
        return new AI.ChatOptions
        {
            Temperature = request.Sampling.Temperature,
            TopP = request.Sampling.TopP,
            TopK = request.Sampling.TopK is null or 0 or -1 ? null : request.Sampling.TopK,
            FrequencyPenalty = request.Sampling.FrequencyPenalty,
            PresencePenalty = request.Sampling.PresencePenalty,
            Seed = request.Sampling.Seed,
            MaxOutputTokens = request.MaxTokens,
            StopSequences = request.Stop.Count > 0 ? [.. request.Stop] : null,
            ResponseFormat = Format(request.ResponseFormat),
            Tools = request.Tools.Count > 0 ? [.. request.Tools.Select(tool => new ToolDeclaration(tool))] : null,
            ToolMode = request.Tools.Count > 0 ? Mode(request.ToolChoice) : null,
            AllowMultipleToolCalls = request.Tools.Count > 0 && !request.ParallelToolCalls ? false : null,
            Reasoning = request.ReasoningEffort is { } effort ? new AI.ReasoningOptions { Effort = Effort(effort) } : null,
            AdditionalProperties = properties.Count > 0 ? properties : null,
        };
    }

    private static AI.ChatResponseFormatJson? Format(ResponseFormat format) => format.Kind switch
    {
        ResponseFormatKind.JsonObject => AI.ChatResponseFormat.Json,
        ResponseFormatKind.JsonSchema => AI.ChatResponseFormat.ForJsonSchema(format.Schema!.Value, format.Name, format.Description),
        _ => null,
    };

    private static AI.ChatToolMode? Mode(ToolChoice choice) => choice.Mode switch
    {
        ToolChoiceMode.None => AI.ChatToolMode.None,
        ToolChoiceMode.Required => AI.ChatToolMode.RequireAny,
        ToolChoiceMode.Named => AI.ChatToolMode.RequireSpecific(choice.Name!),
        _ => null,
    };

    private static AI.ReasoningEffort Effort(ReasoningEffort effort) => effort switch
    {
        ReasoningEffort.None => AI.ReasoningEffort.None,
        ReasoningEffort.Low => AI.ReasoningEffort.Low,
        ReasoningEffort.Medium => AI.ReasoningEffort.Medium,
        ReasoningEffort.High => AI.ReasoningEffort.High,
        ReasoningEffort.ExtraHigh => AI.ReasoningEffort.ExtraHigh,
        _ => throw Fault.Unsupported("reasoning_effort", $"The model does not know the effort '{effort.ToString().ToLowerInvariant()}'. Use none, low, medium, high or xhigh."),
    };
}
