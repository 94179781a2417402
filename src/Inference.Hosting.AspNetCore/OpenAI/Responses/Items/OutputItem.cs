// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

/// <summary>Something that a response puts out. It grows until it is done.</summary>
internal abstract class OutputItem(string id)
{
    /// <summary>Unique; a later request can refer to it.</summary>
    public string Id { get; } = id;

    public ItemStatus Status { get; set; }

    /// <summary>Writes the item as an object.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, Id);
        WriteFields(writer);
        writer.WriteString("status"u8, Status switch
        {
            ItemStatus.InProgress => "in_progress"u8,
            ItemStatus.Completed => "completed"u8,
            _ => "incomplete"u8,
        });
        writer.WriteEndObject();
    }

    protected abstract void WriteFields(Utf8JsonWriter writer);
}
