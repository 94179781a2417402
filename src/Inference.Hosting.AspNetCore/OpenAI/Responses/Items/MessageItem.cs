// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>What the model says: texts and refusals.</summary>
internal sealed class MessageItem() : ContentItem(OpenAIIds.Create("msg_"))
{
    protected override void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "message"u8);
        writer.WriteString("role"u8, "assistant"u8);
        WriteParts(writer);
    }
}
