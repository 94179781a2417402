// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Fields of embedding requests that Microsoft.Extensions.AI has no option for, by the names that the OpenAI routes give them.</summary>
internal static class EmbeddingFields
{
    /// <summary>Puts additional properties into a request; names that nobody here knows are kept for backends that pass them on.</summary>
    /// <exception cref="InferenceException">InvalidInput: a known field has a value of another type.</exception>
    public static EmbeddingRequest Apply(EmbeddingRequest request, AI.AdditionalPropertiesDictionary? properties)
    {
        Dictionary<string, JsonElement>? unknown = null;
        foreach (var (name, value) in properties ?? [])
        {
            var element = JsonValues.ToElement(value, name);
            switch (name, element.ValueKind)
            {
                case (_, JsonValueKind.Null):
                    break;
                case ("truncate_prompt_tokens", JsonValueKind.Number) when element.TryGetInt32(out var most):
                    request = request with { Truncation = new PromptTruncation { MaxTokens = most > 0 ? most : null } };
                    break;
                case ("add_special_tokens", JsonValueKind.True or JsonValueKind.False):
                    request = request with { AddSpecialTokens = element.GetBoolean() };
                    break;
                case ("normalize", JsonValueKind.True or JsonValueKind.False):
                    request = request with { Normalize = element.GetBoolean() };
                    break;
                case ("prompt_name" or "input_type", JsonValueKind.String):
                    request = request with { PromptName = element.GetString() };
                    break;
                case ("truncate_prompt_tokens" or "add_special_tokens" or "normalize" or "prompt_name" or "input_type", _):
                    throw Fault.Invalid(
                        name, InferenceErrorReasons.InvalidType, $"The additional property '{name}' has a value of the wrong type: it is {element.ValueKind}.");
                default:
                    unknown ??= new Dictionary<string, JsonElement>(request.AdditionalProperties ?? new Dictionary<string, JsonElement>());
                    unknown[name] = element;
                    break;
            }
        }

        return unknown is null ? request : request with { AdditionalProperties = unknown };
    }

    /// <summary>The other way: fields of a request for which there is no option, as far as they are set.</summary>
    public static AI.AdditionalPropertiesDictionary? Write(EmbeddingRequest request)
    {
        var properties = MessageWriter.Facts(request.AdditionalProperties) ?? [];
        if (request.Truncation is { } truncation)
        {
            properties["truncate_prompt_tokens"] = truncation.MaxTokens ?? -1;
        }

        if (!request.AddSpecialTokens)
        {
            properties["add_special_tokens"] = false;
        }

        if (request.Normalize is { } normalize)
        {
            properties["normalize"] = normalize;
        }

        if (request.PromptName is { } prompt)
        {
            properties["prompt_name"] = prompt;
        }

        return properties.Count > 0 ? properties : null;
    }
}
