// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>A call of a function.</summary>
/// <param name="callId">By which the answer names the call.</param>
/// <param name="name">The function.</param>
internal sealed class FunctionCallItem(string? callId, string name) : OutputItem(OpenAIIds.Create("fc_"))
{
    private readonly string _callId = callId is { Length: > 0 } ? callId : OpenAIIds.Create("call_", OpenAIIds.CallLength);
    private readonly StringBuilder _arguments = new();

    public string Name { get; } = name;

    /// <summary>JSON text; of a call that is done, always an object.</summary>
    public string Arguments => _arguments.Length == 0 && Status != ItemStatus.InProgress ? "{}" : _arguments.ToString();

    public void Append(string? arguments) => _arguments.Append(arguments);

    protected override void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "function_call"u8);
        writer.WriteString("call_id"u8, _callId);
        writer.WriteString("name"u8, Name);
        writer.WriteString("arguments"u8, Arguments);
    }
}
