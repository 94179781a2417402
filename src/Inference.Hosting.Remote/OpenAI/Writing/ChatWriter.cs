// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Writing;

/// <summary>Writes chats: to be answered, or to be counted.</summary>
internal static class ChatWriter
{
    public static ReadOnlyMemory<byte> Write(ChatRequest request, string model, string maxTokensField, bool stream)
    {
        using var writer = new RequestWriter(model);
        WriteMessages(writer, request);
        SamplingWriter.Write(writer, request.Sampling);
        SamplingWriter.WriteStops(writer, request.Stop, request.StopTokenIds);
        SamplingWriter.WriteFormat(writer, request.ResponseFormat);
        writer.Number("n", request.ChoiceCount == 1 ? null : request.ChoiceCount);
        writer.Number(maxTokensField, request.MaxTokens);
        writer.Number("min_tokens", request.MinTokens == 0 ? null : request.MinTokens);
        writer.Flag("include_stop_str_in_output", request.IncludeStopText, usual: false);
        writer.Flag("ignore_eos", request.IgnoreEndToken, usual: false);
        writer.Flag("skip_special_tokens", request.SkipSpecialTokens, usual: true);
        writer.Truncation(request.Truncation);
        if (request.TopLogprobs is { } top)
        {
            writer.Field("logprobs").WriteBooleanValue(true);
            writer.Number("top_logprobs", top);
        }

        WriteStream(writer, stream);
        writer.Rest(request.AdditionalProperties);
        return writer.Finish();
    }

    public static ReadOnlyMemory<byte> WriteTokenize(TokenizeRequest request, string model)
    {
        using var writer = new RequestWriter(model);
        if (request.Chat is { } chat)
        {
            WriteMessages(writer, chat);
        }
        else
        {
            writer.Text("prompt", request.Text ?? "");
        }

        if (request.AddSpecialTokens is { } special)
        {
            writer.Field("add_special_tokens").WriteBooleanValue(special);
        }

        writer.Flag("return_token_strs", request.ReturnTokenTexts, usual: false);
        return writer.Finish();
    }

    public static void WriteStream(RequestWriter writer, bool stream)
    {
        if (stream)
        {
            writer.Field("stream").WriteBooleanValue(true);
            var json = writer.Field("stream_options");
            json.WriteStartObject();
            json.WriteBoolean("include_usage", true);
            json.WriteEndObject();
        }
    }

    private static void WriteMessages(RequestWriter writer, ChatRequest request)
    {
        var json = writer.Field("messages");
        json.WriteStartArray();
        foreach (var message in request.Messages)
        {
            MessageWriter.Write(json, message);
        }

        json.WriteEndArray();
        if (request.Tools.Count > 0)
        {
            WriteTools(writer, request);
        }

        writer.Text("reasoning_effort", request.ReasoningEffort switch
        {
            null => null,
            ReasoningEffort.ExtraHigh => "xhigh",
            ReasoningEffort.None => "none",
            ReasoningEffort.Minimal => "minimal",
            ReasoningEffort.Low => "low",
            ReasoningEffort.High => "high",
            _ => "medium",
        });
        writer.Flag("add_generation_prompt", request.AddGenerationPrompt && !request.ContinueFinalMessage, usual: true);
        writer.Flag("continue_final_message", request.ContinueFinalMessage, usual: false);
        writer.Flag("add_special_tokens", request.AddSpecialTokens, usual: false);
        writer.Text("chat_template", request.Template);
        if (request.TemplateArguments is { Count: > 0 } arguments)
        {
            writer.Field("chat_template_kwargs");
            json.WriteStartObject();
            foreach (var (name, value) in arguments)
            {
                json.WritePropertyName(name);
                value.WriteTo(json);
            }

            json.WriteEndObject();
        }
    }

    private static void WriteTools(RequestWriter writer, ChatRequest request)
    {
        var json = writer.Field("tools");
        json.WriteStartArray();
        foreach (var tool in request.Tools)
        {
            WriteTool(json, tool);
        }

        json.WriteEndArray();
        WriteChoice(writer, request.ToolChoice);
        writer.Flag("parallel_tool_calls", request.ParallelToolCalls, usual: true);
    }

    private static void WriteTool(Utf8JsonWriter json, ChatTool tool)
    {
        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", tool.Name);
        if (tool.Description is { } description)
        {
            json.WriteString("description", description);
        }

        if (tool.Parameters is { } parameters)
        {
            json.WritePropertyName("parameters");
            parameters.WriteTo(json);
        }

        if (tool.Strict is { } strict)
        {
            json.WriteBoolean("strict", strict);
        }

        foreach (var (name, value) in tool.AdditionalProperties ?? new Dictionary<string, JsonElement>())
        {
            json.WritePropertyName(name);
            value.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void WriteChoice(RequestWriter writer, ToolChoice choice)
    {
        if (choice is { Mode: ToolChoiceMode.Auto, Allowed: null })
        {
            return;
        }

        var json = writer.Field("tool_choice");
        if (choice.Allowed is { } allowed)
        {
            json.WriteStartObject();
            json.WriteString("type", "allowed_tools");
            json.WriteStartObject("allowed_tools");
            json.WriteString("mode", choice.Mode == ToolChoiceMode.Required ? "required" : "auto");
            json.WriteStartArray("tools");
            foreach (var name in allowed)
            {
                WriteFunction(json, name);
            }

            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
            return;
        }

        switch (choice.Mode)
        {
            case ToolChoiceMode.Named:
                WriteFunction(json, choice.Name!);
                break;
            default:
                json.WriteStringValue(choice.Mode == ToolChoiceMode.Required ? "required" : "none");
                break;
        }
    }

    private static void WriteFunction(Utf8JsonWriter json, string name)
    {
        json.WriteStartObject();
        json.WriteString("type", "function");
        json.WriteStartObject("function");
        json.WriteString("name", name);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
