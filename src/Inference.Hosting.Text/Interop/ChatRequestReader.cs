// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Messages and options of Microsoft.Extensions.AI as a request of ours. What a request cannot say is refused, not left out.</summary>
internal static class ChatRequestReader
{
    private const string Strict = "strict";

    /// <summary>Reads a request.</summary>
    /// <param name="messages">The chat.</param>
    /// <param name="options">The options; null for none.</param>
    /// <param name="given">What the options' raw factory gave; it wins over the options, except for messages.</param>
    /// <exception cref="InferenceException">InvalidInput, Unsupported, by parameter.</exception>
    public static ChatRequest Read(IEnumerable<AI.ChatMessage> messages, AI.ChatOptions? options, ChatRequest? given)
    {
        var read = MessageReader.Read(messages, options?.Instructions);
        if (options is null)
        {
            return given is null ? new ChatRequest { Messages = read } : given with { Messages = read };
        }

        Refuse(options);
        var tools = Tools(options.Tools);
        var request = (given ?? new ChatRequest { Messages = read }) with { Messages = read };
        request = request with
        {
            Sampling = Sampling(options, request.Sampling),
            MaxTokens = request.MaxTokens ?? options.MaxOutputTokens,
            Stop = request.Stop.Count > 0 ? request.Stop : [.. options.StopSequences ?? []],
            ResponseFormat = request.ResponseFormat.Kind != ResponseFormatKind.Text
                ? request.ResponseFormat
                : Format(options.ResponseFormat, Flag(options.AdditionalProperties, Strict)),
            Tools = request.Tools.Count > 0 ? request.Tools : tools,
            ToolChoice = request.ToolChoice != ToolChoice.Auto || (request.Tools.Count == 0 && tools.Count == 0)
                ? request.ToolChoice
                : Choice(options.ToolMode),
            ParallelToolCalls = request.ParallelToolCalls && options.AllowMultipleToolCalls != false,
            ReasoningEffort = request.ReasoningEffort ?? Effort(options.Reasoning?.Effort),
        };
        request = OptionFields.Apply(request, options.AdditionalProperties);
        return request.ChoiceCount == 1 ? request : throw Fault.Unsupported(
            "n", "An IChatClient gives one answer to a request. Ask again for another one, or call the model as IChatModel.");
    }

    private static void Refuse(AI.ChatOptions options)
    {
        if (options.ConversationId is not null)
        {
            throw Fault.Unsupported("conversation", "Models here keep no conversations: leave ConversationId out and send all messages of the chat.");
        }

        if (options.ContinuationToken is not null || options.AllowBackgroundResponses == true)
        {
            throw Fault.Unsupported("background", "Models here do not answer in the background: leave AllowBackgroundResponses and ContinuationToken out.");
        }

        if (options.Reasoning?.Output == AI.ReasoningOutput.Summary)
        {
            throw Fault.Unsupported("reasoning", "Models here do not summarize their reasoning: ask for all of it (Full) or none (None).");
        }
    }

    private static SamplingOptions Sampling(AI.ChatOptions options, SamplingOptions given) => given with
    {
        Temperature = given.Temperature ?? options.Temperature,
        TopP = given.TopP ?? options.TopP,
        TopK = given.TopK ?? options.TopK,
        FrequencyPenalty = given.FrequencyPenalty ?? options.FrequencyPenalty,
        PresencePenalty = given.PresencePenalty ?? options.PresencePenalty,
        Seed = given.Seed ?? options.Seed,
    };

    private static ResponseFormat Format(AI.ChatResponseFormat? format, bool? strict) => format switch
    {
        AI.ChatResponseFormatJson { Schema: { } schema } json => ResponseFormat.JsonSchema(schema, json.SchemaName, json.SchemaDescription, strict),
        AI.ChatResponseFormatJson => ResponseFormat.JsonObject,
        _ => ResponseFormat.Text,
    };

    private static List<ChatTool> Tools(IList<AI.AITool>? tools)
    {
        var read = new List<ChatTool>();
        foreach (var tool in tools ?? [])
        {
            var function = tool as AI.AIFunctionDeclaration ?? throw Fault.Unsupported(
                "tools", $"The tool '{tool.Name}' runs at a provider's side, which models here do not have. Give functions.");
            read.Add((function as ToolDeclaration)?.Tool ?? new ChatTool
            {
                Name = function.Name,
                Description = string.IsNullOrEmpty(function.Description) ? null : function.Description,
                Parameters = function.JsonSchema,
                Strict = Flag(function.AdditionalProperties, Strict),
            });
        }

        return read;
    }

    private static ToolChoice Choice(AI.ChatToolMode? mode) => mode switch
    {
        AI.NoneChatToolMode => ToolChoice.None,
        AI.RequiredChatToolMode { RequiredFunctionName: { } name } => ToolChoice.Named(name),
        AI.RequiredChatToolMode => ToolChoice.Required,
        _ => ToolChoice.Auto,
    };

    private static ReasoningEffort? Effort(AI.ReasoningEffort? effort) => effort switch
    {
        AI.ReasoningEffort.None => ReasoningEffort.None,
        AI.ReasoningEffort.Low => ReasoningEffort.Low,
        AI.ReasoningEffort.Medium => ReasoningEffort.Medium,
        AI.ReasoningEffort.High => ReasoningEffort.High,
        AI.ReasoningEffort.ExtraHigh => ReasoningEffort.ExtraHigh,
        _ => null,
    };

    private static bool? Flag(IEnumerable<KeyValuePair<string, object?>>? properties, string name)
    {
        foreach (var (key, value) in properties ?? [])
        {
            if (key == name)
            {
                return value as bool? ?? (value is JsonElement element ? element.ValueKind == JsonValueKind.True : null);
            }
        }

        return null;
    }
}
