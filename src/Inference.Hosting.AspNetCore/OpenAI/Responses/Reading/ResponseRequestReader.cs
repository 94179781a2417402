// SPDX-License-Identifier: Apache-2.0

using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Chat.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses.Reading;

/// <summary>Reads a request of <c>/v1/responses</c> as the chat that it is.</summary>
internal static class ResponseRequestReader
{
    private const int MostTopLogprobs = 20;
    private const int MostMetadata = 16;
    private const int LongestKey = 64;
    private const int LongestValue = 512;
    private const string Logprobs = "message.output_text.logprobs";

    /// <summary>Reads the request and checks it against what its model declares.</summary>
    /// <param name="fields">The body.</param>
    /// <param name="info">What the model declares; null while it is not known, and then the model checks.</param>
    /// <param name="find">Finds an item of an earlier answer by its id: JSON; null when it is not known.</param>
    /// <exception cref="InferenceException">InvalidInput, with the path of what is wrong; Unsupported, with the name of the field.</exception>
    public static ResponseQuery Read(RequestFields fields, GenerationInfo? info, Func<string, JsonElement?> find)
    {
        Refuse(fields);
        CheckMetadata(fields);
        var tools = ToolReader.Read(fields, isFlat: true);
        var request = new ChatRequest
        {
            Messages = ReadMessages(fields, info, find),
            Sampling = SamplingReader.Read(fields, info),
            MaxTokens = SamplingReader.ToInt32(fields.FindInt64("max_output_tokens", 1)),
            TopLogprobs = ReadTopLogprobs(fields, info),
            ResponseFormat = fields.FindObject("text")?.FindObject("format") is { } format
                ? ResponseFormatReader.ReadFormat(format, isFlat: true)
                : ResponseFormat.Text,
            Truncation = ReadTruncation(fields),
            Tools = tools,
            ToolChoice = ToolChoiceReader.Read(fields, tools, isFlat: true),
            ParallelToolCalls = fields.FindBoolean("parallel_tool_calls") ?? true,
            ReasoningEffort = fields.FindObject("reasoning") is { } reasoning ? ReasoningEffortReader.Read(reasoning, "effort") : null,
        };
        info?.Features.EnsureSupports(request.RequiredFeatures);
        return new ResponseQuery(request, fields.FindBoolean("stream") ?? false, fields.FindBoolean("store") ?? true);
    }

    // What would need a memory of earlier responses, or work without a caller.
    private static void Refuse(RequestFields fields)
    {
        if (fields.FindBoolean("background") == true)
        {
            throw fields.Unsupported("background", "is not supported: responses are answered while their client waits; leave it out");
        }

        if (fields.Has("previous_response_id"))
        {
            throw fields.Unsupported(
                "previous_response_id", "is not supported, since responses are not kept: send the whole history as 'input', and 'store': false");
        }

        foreach (var name in (string[])["conversation", "prompt"])
        {
            if (fields.Has(name))
            {
                throw fields.Unsupported(name, "is not supported, since nothing is kept between requests: send the whole history as 'input'");
            }
        }
    }

    private static IReadOnlyList<ChatMessage> ReadMessages(RequestFields fields, GenerationInfo? info, Func<string, JsonElement?> find)
    {
        const string Name = "input";
        var reader = new InputItemReader(info, find);
        if (fields.FindString("instructions") is { Length: > 0 } instructions)
        {
            reader.AddInstructions(instructions);
        }

        var input = fields.Find(Name) ?? throw fields.Missing(Name);
        switch (input.ValueKind)
        {
            case JsonValueKind.String:
                reader.AddText(input.GetString()!);
                break;
            case JsonValueKind.Array when input.GetArrayLength() == 0:
                throw fields.Invalid(Name, "is empty: give a text or at least one item");
            case JsonValueKind.Array:
                foreach (var item in fields.FindObjects(Name)!)
                {
                    reader.Add(item);
                }

                break;
            default:
                throw fields.WrongType(Name, "a string or an array of items");
        }

        return reader.ToMessages();
    }

    private static int? ReadTopLogprobs(RequestFields fields, GenerationInfo? info)
    {
        var top = fields.FindInt32("top_logprobs", 0, Math.Min(info?.MaxTopLogprobs ?? MostTopLogprobs, MostTopLogprobs));
        return fields.FindStrings("include")?.Contains(Logprobs) == true ? top ?? 0 : null;
    }

    private static PromptTruncation? ReadTruncation(RequestFields fields) => fields.FindString("truncation") switch
    {
        null or "disabled" => null,
        "auto" => new PromptTruncation { Side = TruncationSide.Left },
        _ => throw fields.Invalid("truncation", "must be 'disabled' or 'auto'"),
    };

    private static void CheckMetadata(RequestFields fields)
    {
        const string Name = "metadata";
        if (fields.FindObject(Name) is not { } metadata)
        {
            return;
        }

        var count = 0;
        foreach (var property in metadata.Element.EnumerateObject())
        {
            if (++count > MostMetadata)
            {
                throw fields.Invalid(Name, $"has more than {MostMetadata} pairs");
            }

            if (property.Name.EnumerateRunes().Count() > LongestKey)
            {
                throw fields.Invalid(Name, $"has a key of more than {LongestKey} characters");
            }

            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw RequestFields.WrongTypeAt(Name, "an object of strings", property.Value);
            }

            if (property.Value.GetString()!.EnumerateRunes().Count() > LongestValue)
            {
                throw fields.Invalid(Name, $"has a value of more than {LongestValue} characters");
            }
        }
    }
}
