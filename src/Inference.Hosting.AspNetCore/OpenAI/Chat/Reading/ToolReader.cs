// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Reads functions that a model may call, in the form of chats (below <c>function</c>), in that of responses (beside <c>type</c>), and the old one.</summary>
internal static class ToolReader
{
    /// <summary>Reads <c>tools</c>; an empty array is as good as none.</summary>
    /// <param name="fields">The request.</param>
    /// <param name="isFlat">Whether a function's fields stand beside <c>type</c>.</param>
    /// <exception cref="InferenceException">InvalidInput; Unsupported: a tool that is no function.</exception>
    public static IReadOnlyList<ChatTool> Read(RequestFields fields, bool isFlat = false)
        => fields.FindObjects("tools") is { } tools
            ? ReadAll(tools.Select(tool =>
            {
                RequireFunction(tool);
                return isFlat ? tool : tool.RequireObject("function");
            }))
            : [];

    /// <summary>Reads <c>functions</c>, the form before there were tools; null when it is absent.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public static IReadOnlyList<ChatTool>? ReadFunctions(RequestFields fields)
        => fields.FindObjects("functions") is { Count: > 0 } functions ? ReadAll(functions) : null;

    /// <summary>Refuses a tool whose <c>type</c> is not <c>function</c>.</summary>
    public static void RequireFunction(RequestFields tool)
    {
        if (tool.RequireString("type") != "function")
        {
            throw tool.Unsupported("type", "must be 'function', the only kind of tool that models call here");
        }
    }

    private static List<ChatTool> ReadAll(IEnumerable<RequestFields> functions)
    {
        List<ChatTool> tools = [];
        HashSet<string> names = [];
        foreach (var function in functions)
        {
            var name = function.RequireString("name");
            if (!FunctionNames.IsValid(name))
            {
                throw function.Invalid("name", FunctionNames.Rule);
            }

            if (!names.Add(name))
            {
                throw function.Invalid("name", $"is '{name}' again: each function needs its own name");
            }

            tools.Add(new ChatTool
            {
                Name = name,
                Description = function.FindString("description"),
                Parameters = SchemaReader.Find(function, "parameters"),
                Strict = function.FindBoolean("strict"),
            });
        }

        return tools;
    }
}
