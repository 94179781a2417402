// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>What the model thinks before it speaks, as it thinks it: without a summary.</summary>
internal sealed class ReasoningItem() : ContentItem(OpenAIIds.Create("rs_"))
{
    protected override void WriteFields(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "reasoning"u8);
        writer.WriteStartArray("summary"u8);
        writer.WriteEndArray();
        WriteParts(writer);
    }
}
