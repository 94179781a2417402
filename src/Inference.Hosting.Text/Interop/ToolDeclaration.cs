// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>A tool of ours as a function that is only declared.</summary>
internal sealed class ToolDeclaration(ChatTool tool) : AIFunctionDeclaration
{
    private static readonly JsonElement _noParameters = NoParameters();

    public ChatTool Tool => tool;

    public override string Name => tool.Name;

    public override string Description => tool.Description ?? "";

    public override JsonElement JsonSchema => tool.Parameters ?? _noParameters;

    public override IReadOnlyDictionary<string, object?> AdditionalProperties { get; } = Facts(tool);

    private static Dictionary<string, object?> Facts(ChatTool tool)
    {
        var facts = new Dictionary<string, object?>();
        foreach (var (name, value) in tool.AdditionalProperties ?? new Dictionary<string, JsonElement>())
        {
            facts[name] = value;
        }

        if (tool.Strict is { } strict)
        {
            facts["strict"] = strict;
        }

        return facts;
    }

    private static JsonElement NoParameters()
    {
        using var document = JsonDocument.Parse("""{"type":"object","properties":{}}""");
        return document.RootElement.Clone();
    }
}
