// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Reads which functions the model may or must call.</summary>
internal static class ToolChoiceReader
{
    private const string Name = "tool_choice";

    /// <summary>Reads <c>tool_choice</c>; when it is absent the model is free.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="tools">Its tools.</param>
    /// <param name="isFlat">Whether a named function stands beside <c>type</c>, as in responses.</param>
    /// <exception cref="InferenceException">InvalidInput: an unknown choice, an unknown function, a choice without tools.</exception>
    public static ToolChoice Read(RequestFields fields, IReadOnlyList<ChatTool> tools, bool isFlat = false)
    {
        if (fields.Find(Name) is not { } value)
        {
            return ToolChoice.Auto;
        }

        var choice = value.ValueKind switch
        {
            JsonValueKind.String => ReadMode(fields, value),
            JsonValueKind.Object => ReadObject(fields.RequireObject(Name), tools, isFlat),
            _ => throw fields.WrongType(Name, "a string or an object"),
        };

        // Clients that pass an empty array of tools on pass the default choice on, too.
        var isIdle = choice.Mode == ToolChoiceMode.None || (choice.Mode == ToolChoiceMode.Auto && fields.Has("tools"));
        return tools.Count > 0 || isIdle ? choice : throw fields.Invalid(Name, "needs 'tools' to choose from");
    }

    /// <summary>Reads <c>function_call</c>, the form before there were tools.</summary>
    /// <exception cref="InferenceException">InvalidInput: an unknown choice, an unknown function.</exception>
    public static ToolChoice ReadFunctionCall(RequestFields fields, IReadOnlyList<ChatTool> functions)
    {
        const string Call = "function_call";
        if (fields.Find(Call) is not { } value)
        {
            return ToolChoice.Auto;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return value.GetString()! switch
            {
                "none" => ToolChoice.None,
                "auto" => ToolChoice.Auto,
                _ => throw fields.Invalid(Call, "must be 'none', 'auto' or an object with the name of a function"),
            };
        }

        return ToolChoice.Named(ReadName(fields.RequireObject(Call), functions, Call));
    }

    private static ToolChoice ReadMode(RequestFields fields, JsonElement value) => value.GetString()! switch
    {
        "none" => ToolChoice.None,
        "auto" => ToolChoice.Auto,
        "required" => ToolChoice.Required,
        _ => throw fields.Invalid(Name, "must be 'none', 'auto', 'required' or an object that names functions"),
    };

    private static ToolChoice ReadObject(RequestFields choice, IReadOnlyList<ChatTool> tools, bool isFlat)
    {
        switch (choice.RequireString("type"))
        {
            case "function":
                return ToolChoice.Named(ReadName(isFlat ? choice : choice.RequireObject("function"), tools, Name));
            case "allowed_tools":
                var allowed = isFlat ? choice : choice.RequireObject("allowed_tools");
                var isRequired = allowed.RequireString("mode") switch
                {
                    "auto" => false,
                    "required" => true,
                    _ => throw allowed.Invalid("mode", "must be 'auto' or 'required'"),
                };
                return ToolChoice.AllowOnly(ReadAllowed(allowed, tools, isFlat), isRequired);
            default:
                throw choice.Invalid("type", "must be 'function' or 'allowed_tools'");
        }
    }

    private static List<string> ReadAllowed(RequestFields allowed, IReadOnlyList<ChatTool> tools, bool isFlat)
    {
        if (allowed.FindObjects("tools") is not { Count: > 0 } named)
        {
            throw allowed.Missing("tools");
        }

        List<string> names = [];
        foreach (var tool in named)
        {
            ToolReader.RequireFunction(tool);
            names.Add(ReadName(isFlat ? tool : tool.RequireObject("function"), tools, Name));
        }

        return names;
    }

    private static string ReadName(RequestFields function, IReadOnlyList<ChatTool> tools, string parameter)
    {
        var name = function.RequireString("name");
        return tools.Any(tool => tool.Name == name)
            ? name
            : throw RequestFields.InvalidAt(parameter, "names a function that is not among those of the request");
    }
}
