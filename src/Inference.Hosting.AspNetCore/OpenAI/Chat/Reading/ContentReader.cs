// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;

/// <summary>Reads what is said in a message: a string, or parts.</summary>
/// <param name="features">What the model honours; everything while it is not known.</param>
internal sealed class ContentReader(GenerationFeatures features)
{
    private const string Name = "content";

    /// <summary>Reads the content of a message of whom only text may come, or text and refusals.</summary>
    /// <param name="message">The message.</param>
    /// <param name="allowsRefusals">Whether it is the model's.</param>
    /// <returns>Null when it is absent or null.</returns>
    /// <exception cref="InferenceException">InvalidInput: something else; Unsupported: another kind of part.</exception>
    public static IReadOnlyList<ContentPart>? FindText(RequestFields message, bool allowsRefusals = false)
        => Find(message, (part, type) => type switch
        {
            "text" => new TextPart(part.RequireString("text")),
            "refusal" when allowsRefusals => new RefusalPart(part.RequireString("refusal")),
            _ => throw Unsupported(part, $"is no part that a message of this role can have: {(allowsRefusals ? "'text' or 'refusal'" : "'text'")}"),
        });

    /// <summary>Reads the content of a user's message, which must be there: text, images, audio, files.</summary>
    /// <exception cref="InferenceException">InvalidInput; Unsupported: a part that the model does not take.</exception>
    public IReadOnlyList<ContentPart> RequireAny(RequestFields message)
    {
        var content = Find(message, (part, type) => type switch
        {
            "text" => new TextPart(part.RequireString("text")),
            "image_url" => ReadImage(part),
            "input_audio" => ReadAudio(part),
            "file" => ReadFile(part),
            _ => throw Unsupported(part, "is of an unknown type: 'text', 'image_url', 'input_audio' and 'file' are known"),
        }) ?? throw message.Missing(Name);
        return content.Count > 0 ? content : throw message.Invalid(Name, "is empty: give at least one part");
    }

    /// <summary>Refuses a part that the model does not declare.</summary>
    public void Ensure(RequestFields part, GenerationFeatures feature, string kind)
    {
        if (!features.HasFlag(feature))
        {
            throw Unsupported(part, $"is {kind}, which the model does not take");
        }
    }

    private static List<ContentPart>? Find(RequestFields message, Func<RequestFields, string, ContentPart> read)
    {
        if (message.Find(Name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind == JsonValueKind.String)
        {
            return [new TextPart(value.GetString()!)];
        }

        if (value.ValueKind != JsonValueKind.Array)
        {
            throw message.WrongType(Name, "a string or an array of parts");
        }

        return [.. message.FindObjects(Name)!.Select(part => read(part, part.RequireString("type")))];
    }

    private ImagePart ReadImage(RequestFields part)
    {
        Ensure(part, GenerationFeatures.Images, "an image");
        var image = part.RequireObject("image_url");
        var (data, mediaType, uri) = DataUri.Require(image, "url");
        return new ImagePart { Data = data, MediaType = mediaType, Uri = uri, Detail = image.FindString("detail") };
    }

    private AudioPart ReadAudio(RequestFields part)
    {
        Ensure(part, GenerationFeatures.Audio, "audio");
        var audio = part.RequireObject("input_audio");
        return new AudioPart { Data = DataUri.Decode(audio, "data", audio.RequireString("data")), Format = audio.FindString("format") };
    }

    private FilePart ReadFile(RequestFields part)
    {
        Ensure(part, GenerationFeatures.Files, "a file");
        var file = part.RequireObject("file");
        var name = file.FindString("filename");
        if (file.FindString("file_id") is { } id)
        {
            return new FilePart { FileId = id, FileName = name };
        }

        var (data, mediaType, uri) = DataUri.Require(file, "file_data");
        return new FilePart { Data = data, MediaType = mediaType, Uri = uri, FileName = name };
    }

    private static InferenceException Unsupported(RequestFields part, string fault)
        => new(InferenceErrorCode.Unsupported, $"'{part.Path}' {fault}.")
        {
            Parameter = part.Path,
            Reason = InferenceErrorReasons.UnsupportedContentType,
        };
}
