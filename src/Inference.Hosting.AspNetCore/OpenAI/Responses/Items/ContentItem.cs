// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>An item with parts of content.</summary>
internal abstract class ContentItem(string id) : OutputItem(id)
{
    public List<OutputPart> Parts { get; } = [];

    protected void WriteParts(Utf8JsonWriter writer)
    {
        writer.WriteStartArray("content"u8);
        foreach (var part in Parts)
        {
            part.Write(writer);
        }

        writer.WriteEndArray();
    }
}
