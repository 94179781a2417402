// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Request fields that Microsoft.Extensions.AI has no option for, by the names that the OpenAI routes and vLLM give them.</summary>
internal static class OptionFields
{
    /// <summary>Puts additional properties into a request; names that nobody here knows are kept for backends that pass them on.</summary>
    /// <exception cref="InferenceException">InvalidInput: a known field has a value of another type.</exception>
    public static ChatRequest Apply(ChatRequest request, AI.AdditionalPropertiesDictionary? properties)
    {
        Dictionary<string, JsonElement>? unknown = null;
        foreach (var (name, value) in properties ?? [])
        {
            var known = value is null ? request : Apply(request, name, JsonValues.ToElement(value, name));
            if (known is not null)
            {
                request = known;
            }
            else
            {
                unknown ??= new Dictionary<string, JsonElement>(request.AdditionalProperties ?? new Dictionary<string, JsonElement>());
                unknown[name] = JsonValues.ToElement(value, name);
            }
        }

        return unknown is null ? request : request with { AdditionalProperties = unknown };
    }

    /// <summary>The other way: fields of a request for which there is no option, as far as they are set.</summary>
    public static void Write(ChatRequest request, AI.AdditionalPropertiesDictionary properties)
    {
        foreach (var (name, value) in request.AdditionalProperties ?? new Dictionary<string, JsonElement>())
        {
            properties[name] = value;
        }

        Set(properties, "min_p", request.Sampling.MinP);
        Set(properties, "repetition_penalty", request.Sampling.RepetitionPenalty);
        Set(properties, "logit_bias", request.Sampling.LogitBias is { Count: > 0 } bias ? JsonValues.ToElement(bias, "logit_bias") : null);
        Set(properties, "min_tokens", request.MinTokens > 0 ? request.MinTokens : null);
        Set(properties, "stop_token_ids", request.StopTokenIds.Count > 0 ? JsonValues.ToElement(request.StopTokenIds, "stop_token_ids") : null);
        Set(properties, "include_stop_str_in_output", request.IncludeStopText ? true : null);
        Set(properties, "ignore_eos", request.IgnoreEndToken ? true : null);
        Set(properties, "skip_special_tokens", request.SkipSpecialTokens ? null : false);
        Set(properties, "truncate_prompt_tokens", request.Truncation is { } truncation ? truncation.MaxTokens ?? -1 : null);
        Set(properties, "truncation_side", request.Truncation is { Side: TruncationSide.Right } ? "right" : null);
        Set(properties, "add_special_tokens", request.AddSpecialTokens ? true : null);
        Set(properties, "add_generation_prompt", request.AddGenerationPrompt ? null : false);
        Set(properties, "continue_final_message", request.ContinueFinalMessage ? true : null);
        Set(properties, "chat_template", request.Template);
        Set(properties, "chat_template_kwargs", request.TemplateArguments is { Count: > 0 } arguments
            ? JsonValues.ToElement(arguments.ToDictionary(argument => argument.Key, argument => (object?)argument.Value), "chat_template_kwargs")
            : null);
        Set(properties, "structured_outputs", Structured(request.ResponseFormat));
        Set(properties, "strict", request.ResponseFormat.Strict);
    }

    // Null for a name that is not known.
    private static ChatRequest? Apply(ChatRequest request, string name, JsonElement value) => name switch
    {
        "min_p" => request with { Sampling = request.Sampling with { MinP = Single(name, value) } },
        "repetition_penalty" => request with { Sampling = request.Sampling with { RepetitionPenalty = Single(name, value) } },
        "logit_bias" => request with { Sampling = request.Sampling with { LogitBias = Bias(name, value) } },
        "n" => request with { ChoiceCount = Int32(name, value) },
        "min_tokens" => request with { MinTokens = Int32(name, value) },
        "stop_token_ids" => request with { StopTokenIds = [.. Items(name, value).Select(item => Int32(name, item))] },
        "include_stop_str_in_output" => request with { IncludeStopText = Boolean(name, value) },
        "ignore_eos" => request with { IgnoreEndToken = Boolean(name, value) },
        "skip_special_tokens" => request with { SkipSpecialTokens = Boolean(name, value) },
        "truncate_prompt_tokens" => request with
        {
            Truncation = (request.Truncation ?? new PromptTruncation { Side = TruncationSide.Left }) with { MaxTokens = Int32(name, value) is var most and > 0 ? most : null },
        },
        "truncation_side" => request with
        {
            Truncation = (request.Truncation ?? new PromptTruncation()) with { Side = Side(name, value) },
        },
        "add_special_tokens" => request with { AddSpecialTokens = Boolean(name, value) },
        "add_generation_prompt" => request with { AddGenerationPrompt = Boolean(name, value) },
        "continue_final_message" => request with { ContinueFinalMessage = Boolean(name, value), AddGenerationPrompt = !Boolean(name, value) },
        "chat_template" => request with { Template = Text(name, value) },
        "chat_template_kwargs" => request with { TemplateArguments = Properties(name, value) },
        "structured_outputs" => request with { ResponseFormat = Structured(name, value) },
        "logprobs" => request with { TopLogprobs = Boolean(name, value) ? request.TopLogprobs ?? 0 : null },
        "top_logprobs" => request with { TopLogprobs = Int32(name, value) },
        "reasoning_effort" => request with { ReasoningEffort = Effort(name, value) },

        // Part of the response format, which reads it.
        "strict" => request,
        _ => null,
    };

    private static JsonElement? Structured(ResponseFormat format) => format.Kind switch
    {
        ResponseFormatKind.Regex => Only("regex", format.Pattern),
        ResponseFormatKind.Grammar => Only("grammar", format.Pattern),
        ResponseFormatKind.Choice => Only("choice", format.Choices),
        _ => null,
    };

    private static JsonElement Only(string name, object? value) => JsonValues.ToElement(new Dictionary<string, object?> { [name] = value }, name);

    private static ResponseFormat Structured(string name, JsonElement value)
        => Properties(name, value).ToList() is [var (kind, constraint)] ? kind switch
        {
            "regex" => ResponseFormat.Regex(Text(name, constraint)),
            "grammar" => ResponseFormat.Grammar(Text(name, constraint)),
            "choice" => ResponseFormat.Choice([.. Items(name, constraint).Select(item => Text(name, item))]),
            "json" => ResponseFormat.JsonSchema(constraint),
            _ => throw Wrong(name, "one of json, regex, choice and grammar"),
        }
        : throw Wrong(name, "one of json, regex, choice and grammar");

    private static ReasoningEffort Effort(string name, JsonElement value) => Text(name, value) switch
    {
        "none" => ReasoningEffort.None,
        "minimal" => ReasoningEffort.Minimal,
        "low" => ReasoningEffort.Low,
        "medium" => ReasoningEffort.Medium,
        "high" => ReasoningEffort.High,
        "xhigh" => ReasoningEffort.ExtraHigh,
        _ => throw Wrong(name, "none, minimal, low, medium, high or xhigh"),
    };

    private static TruncationSide Side(string name, JsonElement value) => Text(name, value) switch
    {
        "left" => TruncationSide.Left,
        "right" => TruncationSide.Right,
        _ => throw Wrong(name, "left or right"),
    };

    private static Dictionary<int, float> Bias(string name, JsonElement value) => Properties(name, value).ToDictionary(
        entry => int.TryParse(entry.Key, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var token) ? token : throw Wrong(name, "an object from token ids to numbers"),
        entry => Single(name, entry.Value));

    private static Dictionary<string, JsonElement> Properties(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.Object
            ? value.EnumerateObject().ToDictionary(property => property.Name, property => property.Value)
            : throw Wrong(name, "an object");

    private static List<JsonElement> Items(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray()] : throw Wrong(name, "a list");

    private static string Text(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.String ? value.GetString()! : throw Wrong(name, "a text");

    private static float Single(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetSingle(out var number) ? number : throw Wrong(name, "a number");

    private static int Int32(string name, JsonElement value)
        => value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) ? number : throw Wrong(name, "a whole number");

    private static bool Boolean(string name, JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw Wrong(name, "true or false"),
    };

    private static InferenceException Wrong(string name, string what)
        => Fault.Invalid(name, InferenceErrorReasons.InvalidType, $"The additional property '{name}' must be {what}.");

    private static void Set(AI.AdditionalPropertiesDictionary properties, string name, object? value)
    {
        if (value is not null)
        {
            properties[name] = value;
        }
    }
}
