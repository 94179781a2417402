// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Reading;

/// <summary>Reads what is said in an item: a string, or parts as responses name them.</summary>
/// <param name="features">What the model honours; everything while it is not known.</param>
internal sealed class InputPartReader(GenerationFeatures features)
{
    /// <summary>Reads content of which only text may come, or text and refusals.</summary>
    /// <param name="item">The item.</param>
    /// <param name="name">The field, which must be there.</param>
    /// <param name="allowsRefusals">Whether it is the model's.</param>
    /// <exception cref="InferenceException">InvalidInput: something else; Unsupported: another kind of part.</exception>
    public static IReadOnlyList<ContentPart> RequireText(RequestFields item, string name, bool allowsRefusals = false)
        => Require(item, name, (part, type) => type switch
        {
            "input_text" or "output_text" or "text" => new TextPart(part.RequireString("text")),
            "refusal" when allowsRefusals => new RefusalPart(part.RequireString("refusal")),
            _ => throw Unsupported(part, "is of a type that cannot stand here: only text can"),
        });

    /// <summary>Reads a user's content, which must be there: text, images, files.</summary>
    /// <exception cref="InferenceException">InvalidInput; Unsupported: a part that the model does not take.</exception>
    public IReadOnlyList<ContentPart> RequireAny(RequestFields item, string name)
    {
        var content = Require(item, name, (part, type) => type switch
        {
            "input_text" or "output_text" or "text" => new TextPart(part.RequireString("text")),
            "input_image" => ReadImage(part),
            "input_file" => ReadFile(part),
            _ => throw Unsupported(part, "is of an unknown type: 'input_text', 'input_image' and 'input_file' are known"),
        });
        return content.Count > 0 ? content : throw item.Invalid(name, "is empty: give at least one part");
    }

    private static IReadOnlyList<ContentPart> Require(RequestFields item, string name, Func<RequestFields, string, ContentPart> read)
    {
        var value = item.Find(name) ?? throw item.Missing(name);
        return value.ValueKind switch
        {
            JsonValueKind.String => [new TextPart(value.GetString()!)],
            JsonValueKind.Array => [.. item.FindObjects(name)!.Select(part => read(part, part.RequireString("type")))],
            _ => throw item.WrongType(name, "a string or an array of parts"),
        };
    }

    private ImagePart ReadImage(RequestFields part)
    {
        Ensure(part, GenerationFeatures.Images, "an image");
        if (part.Has("file_id"))
        {
            throw part.Unsupported("file_id", "is not supported, since no files are kept: give 'image_url'");
        }

        var (data, mediaType, uri) = DataUri.Require(part, "image_url");
        return new ImagePart { Data = data, MediaType = mediaType, Uri = uri, Detail = part.FindString("detail") };
    }

    private FilePart ReadFile(RequestFields part)
    {
        Ensure(part, GenerationFeatures.Files, "a file");
        var name = part.FindString("filename");
        if (part.FindString("file_id") is { } id)
        {
            return new FilePart { FileId = id, FileName = name };
        }

        var (data, mediaType, uri) = DataUri.Require(part, part.Has("file_url") ? "file_url" : "file_data");
        return new FilePart { Data = data, MediaType = mediaType, Uri = uri, FileName = name };
    }

    private void Ensure(RequestFields part, GenerationFeatures feature, string kind)
    {
        if (!features.HasFlag(feature))
        {
            throw Unsupported(part, $"is {kind}, which the model does not take");
        }
    }

    private static InferenceException Unsupported(RequestFields part, string fault)
        => new(InferenceErrorCode.Unsupported, $"'{part.Path}' {fault}.")
        {
            Parameter = part.Path,
            Reason = InferenceErrorReasons.UnsupportedContentType,
        };
}
