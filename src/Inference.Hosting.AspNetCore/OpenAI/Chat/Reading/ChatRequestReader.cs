// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Reads a request of <c>/v1/chat/completions</c>.</summary>
internal static class ChatRequestReader
{
    private const int MostTopLogprobs = 20;

    /// <summary>Reads the request and checks it against what its model declares.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="info">What the model declares; null while it is not known, and then the model checks.</param>
    /// <param name="options">What the server allows.</param>
    /// <exception cref="InferenceException">InvalidInput, with the path of what is wrong; Unsupported, with the name of the field.</exception>
    public static ChatQuery Read(RequestFields fields, GenerationInfo? info, InferenceOpenAIOptions options)
    {
        RefusedFields.Check(fields, RefusedFields.Generation);
        RefusedFields.Check(fields, RefusedFields.Chat);
        RefuseAudio(fields);
        var messages = new MessageReader(info).Require(fields);
        var maxTokens = SamplingReader.ToInt32(fields.FindInt64("max_tokens", 1));
        maxTokens = SamplingReader.ToInt32(fields.FindInt64("max_completion_tokens", 1)) ?? maxTokens;
        var common = GenerationFields.Read(fields, info, options.MaxChoices, maxTokens);
        var tools = ToolReader.Read(fields);
        var functions = tools.Count == 0 ? ToolReader.ReadFunctions(fields) : null;
        var (opens, continues) = ReadOpening(fields);
        var request = new ChatRequest
        {
            Messages = messages,
            Sampling = common.Sampling,
            ChoiceCount = common.ChoiceCount,
            MaxTokens = maxTokens,
            MinTokens = common.MinTokens,
            Stop = common.Stop,
            StopTokenIds = common.StopTokenIds,
            IncludeStopText = common.IncludeStopText,
            IgnoreEndToken = common.IgnoreEndToken,
            TopLogprobs = ReadTopLogprobs(fields, info),
            ResponseFormat = common.ResponseFormat,
            SkipSpecialTokens = common.SkipSpecialTokens,
            Truncation = common.Truncation,
            Tools = functions ?? tools,
            ToolChoice = functions is null ? ToolChoiceReader.Read(fields, tools) : ToolChoiceReader.ReadFunctionCall(fields, functions),
            ParallelToolCalls = fields.FindBoolean("parallel_tool_calls") ?? true,
            ReasoningEffort = ReasoningEffortReader.Read(fields, "reasoning_effort"),
            AddGenerationPrompt = opens,
            ContinueFinalMessage = continues,
            AddSpecialTokens = fields.FindBoolean("add_special_tokens") ?? false,
            TemplateArguments = ReadTemplateArguments(fields),
            Template = ReadTemplate(fields, options),
        };
        info?.Features.EnsureSupports(request.RequiredFeatures);
        return new ChatQuery(request, StreamOptions.Read(fields), functions is not null);
    }

    /// <summary>Reads how many alternatives each token is told with; null for none.</summary>
    private static int? ReadTopLogprobs(RequestFields fields, GenerationInfo? info)
    {
        const string Name = "top_logprobs";
        var most = Math.Min(info?.MaxTopLogprobs ?? MostTopLogprobs, MostTopLogprobs);
        var isAsked = fields.FindBoolean("logprobs") ?? false;
        var top = fields.FindInt32(Name, 0, most);
        return isAsked
            ? top ?? 0
            : top is null ? null : throw fields.Invalid(Name, "needs 'logprobs' to be true");
    }

    private static (bool Opens, bool Continues) ReadOpening(RequestFields fields)
    {
        const string Open = "add_generation_prompt";
        const string Continue = "continue_final_message";
        var opens = fields.FindBoolean(Open);
        var continues = fields.FindBoolean(Continue) ?? false;
        return continues && opens == true
            ? throw fields.Invalid(Continue, $"cannot be true together with '{Open}': the prompt either opens an answer or goes on with the last message")
            : (opens ?? !continues, continues);
    }

    private static Dictionary<string, JsonElement>? ReadTemplateArguments(RequestFields fields)
    {
        if (fields.FindObject("chat_template_kwargs") is not { } arguments)
        {
            return null;
        }

        // Of a name that is there twice, the last one counts.
        Dictionary<string, JsonElement> values = [];
        foreach (var property in arguments.Element.EnumerateObject())
        {
            values[property.Name] = property.Value;
        }

        return values;
    }

    private static string? ReadTemplate(RequestFields fields, InferenceOpenAIOptions options)
    {
        const string Name = "chat_template";
        return fields.FindString(Name) is not { } template
            ? null
            : options.AllowChatTemplate ? template : throw fields.Unsupported(Name, "is not accepted here: the model's own template is used; leave it out");
    }

    private static void RefuseAudio(RequestFields fields)
    {
        const string Name = "modalities";
        if (fields.FindStrings(Name)?.Contains("audio") == true)
        {
            throw fields.Unsupported(Name, "has 'audio', which no model here answers with; leave it out");
        }
    }
}
