// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Tests.Support;

/// <summary>Everything that a message says, as text that can be compared.</summary>
internal static class Dump
{
    public static string Of(IEnumerable<ChatMessage> messages) => string.Join('\n', messages.Select(Of));

    public static string Of(ChatMessage message) => string.Join(
        '|',
        [
            message.Role.ToString(), message.Name, message.Reasoning, message.ToolCallId,
            .. message.Content.Select(Of),
            .. message.ToolCalls.Select(call => $"{call.Id}/{call.Name}/{call.Arguments}"),
            .. (message.AdditionalProperties ?? new Dictionary<string, JsonElement>()).Select(fact => $"{fact.Key}={fact.Value.GetRawText()}"),
        ]);

    public static string Of(ChatResult result) => string.Join('\n', result.Choices.Select(
        choice => $"{choice.Index} {choice.FinishReason} {Of(choice.Message)} {result.Usage}"));

    public static string Of(AI.ChatMessage message)
        => $"{message.Role.Value}|{message.AuthorName}|{string.Join('|', message.Contents.Select(content => JsonSerializer.Serialize(content, AI.AIJsonUtilities.DefaultOptions)))}";

    private static string Of(ContentPart part) => part switch
    {
        TextPart text => $"text {text.Text}",
        RefusalPart refusal => $"refusal {refusal.Text}",
        ImagePart image => string.Create(CultureInfo.InvariantCulture, $"image {Convert.ToHexString(image.Data.Span)} {image.MediaType} {image.Uri} {image.Detail}"),
        AudioPart audio => $"audio {Convert.ToHexString(audio.Data.Span)} {audio.Format} {audio.Uri}",
        FilePart file => $"file {Convert.ToHexString(file.Data.Span)} {file.MediaType} {file.Uri} {file.FileId} {file.FileName}",
        _ => throw new InvalidOperationException(),
    };
}
