// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using AI = Microsoft.Extensions.AI;

namespace Inference.Hosting.Text.Interop;

/// <summary>Contents of Microsoft.Extensions.AI as parts of ours, and back.</summary>
internal static class PartReader
{
    /// <summary>The code of an <see cref="AI.ErrorContent"/> by which a model declines, as Microsoft.Extensions.AI's own clients use it.</summary>
    public const string Refusal = "Refusal";

    private const string Detail = "detail";

    /// <exception cref="InferenceException">Unsupported: no part of a message here.</exception>
    public static ContentPart Read(AI.AIContent content) => content switch
    {
        AI.TextContent text => new TextPart(text.Text),
        AI.ErrorContent error => new RefusalPart(error.Message),
        AI.DataContent data when data.HasTopLevelMediaType("image") => new ImagePart
        {
            Data = data.Data,
            MediaType = data.MediaType,
            Detail = DetailOf(data),
        },
        AI.DataContent data when data.HasTopLevelMediaType("audio") => new AudioPart { Data = data.Data, Format = FormatOf(data.MediaType) },
        AI.DataContent data => new FilePart { Data = data.Data, MediaType = data.MediaType, FileName = data.Name },
        AI.UriContent uri when uri.HasTopLevelMediaType("image") => new ImagePart
        {
            Uri = uri.Uri,
            MediaType = uri.MediaType == "image/*" ? null : uri.MediaType,
            Detail = DetailOf(uri),
        },
        AI.UriContent uri when uri.HasTopLevelMediaType("audio") => new AudioPart { Uri = uri.Uri, Format = FormatOf(uri.MediaType) },
        AI.UriContent uri => new FilePart { Uri = uri.Uri, MediaType = uri.MediaType },
        AI.HostedFileContent file => new FilePart { FileId = file.FileId, MediaType = file.MediaType, FileName = file.Name },
        _ => throw Fault.Content(content.GetType()),
    };

    public static AI.AIContent Write(ContentPart part) => part switch
    {
        TextPart text => new AI.TextContent(text.Text),
        RefusalPart refusal => new AI.ErrorContent(refusal.Text) { ErrorCode = Refusal },
        ImagePart { Uri: { } uri } image => WithDetail(new AI.UriContent(uri, image.MediaType ?? "image/*"), image.Detail),
        ImagePart image => WithDetail(new AI.DataContent(image.Data, image.MediaType ?? "image/*"), image.Detail),
        AudioPart { Uri: { } uri } audio => new AI.UriContent(uri, MediaTypeOf(audio.Format)),
        AudioPart audio => new AI.DataContent(audio.Data, MediaTypeOf(audio.Format)),
        FilePart { FileId: { } id } file => new AI.HostedFileContent(id) { MediaType = file.MediaType, Name = file.FileName },
        FilePart { Uri: { } uri } file => new AI.UriContent(uri, file.MediaType ?? "application/octet-stream"),
        FilePart file => new AI.DataContent(file.Data, file.MediaType ?? "application/octet-stream") { Name = file.FileName },
        _ => throw new InvalidOperationException($"A part of a message is a {part.GetType().Name}."),
    };

    private static AI.AIContent WithDetail(AI.AIContent content, string? detail)
    {
        if (detail is not null)
        {
            content.AdditionalProperties = new() { [Detail] = detail };
        }

        return content;
    }

    private static string? DetailOf(AI.AIContent content)
        => content.AdditionalProperties?.TryGetValue(Detail, out var detail) == true ? detail?.ToString() : null;

    // OpenAI's protocol knows formats, not media types.
    private static string? FormatOf(string mediaType) => mediaType.Split('/', ';') switch
    {
        [_, "mpeg", ..] => "mp3",
        [_, "wave" or "x-wav" or "vnd.wave", ..] => "wav",
        [_, "*", ..] => null,
        [_, var format, ..] => format,
        _ => null,
    };

    private static string MediaTypeOf(string? format) => format switch
    {
        null => "audio/*",
        "mp3" => "audio/mpeg",
        _ => $"audio/{format}",
    };
}
