// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/score</c>, as vLLM has it: pairs of one with one, one with many, or many with as many.</summary>
internal sealed class ScoreEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<IReranker>(services, options, "score")
{
    private static readonly (string First, string Second)[] _names =
        [("queries", "documents"), ("queries", "items"), ("text_1", "text_2"), ("data_1", "data_2")];

    protected override async Task AnswerAsync(OpenAICall call, IReranker capability)
    {
        var fields = call.Fields;
        var info = capability.Info;
        var (isRaw, rawName) = RawScores.Read(fields);
        var request = new ScoreRequest
        {
            Pairs = ReadPairs(fields),
            RawScores = isRaw,
            Truncation = TextChecks.FindTruncation(fields, Options, info?.Features ?? TextFeatures.None, info?.MaxInputTokens),
            MaxTokensPerDocument = fields.FindInt32("max_tokens_per_doc", 1),
        };
        if (info is not null)
        {
            TextChecks.EnsureSupports(info.Features, request.RequiredFeatures, TextFeatures.RawScores, rawName);
        }

        var result = await capability.ScoreAsync(request, call.CancellationToken);
        TextChecks.CheckCount(result.Scores.Count, request.Pairs.Count);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer => Write(writer, call, result));
    }

    private TextPair[] ReadPairs(RequestFields fields)
    {
        var (firstName, secondName) = FindNames(fields);
        var first = InputReader.RequireTexts(fields, firstName, Options.MaxInputs);
        var second = InputReader.RequireTexts(fields, secondName, Options.MaxInputs);
        if (first.Count != 1 && first.Count != second.Count)
        {
            throw fields.Invalid(
                secondName, $"has {second.Count} texts and '{firstName}' has {first.Count}: give one with any number, or as many of each");
        }

        return [.. second.Select((text, index) => new TextPair(first[first.Count == 1 ? 0 : index], TextInput.FromText(text)))];
    }

    private static (string First, string Second) FindNames(RequestFields fields)
    {
        foreach (var names in _names)
        {
            if (fields.Has(names.First) && fields.Has(names.Second))
            {
                return names;
            }
        }

        // The half that is there tells what is missing.
        foreach (var (first, second) in _names)
        {
            if (fields.Has(first) || fields.Has(second))
            {
                throw fields.Missing(fields.Has(first) ? second : first);
            }
        }

        throw fields.Missing(_names[0].First);
    }

    private static void Write(Utf8JsonWriter writer, OpenAICall call, ScoreResult result)
    {
        OpenAIBody.WriteListHead(writer, call, "score-");
        for (var i = 0; i < result.Scores.Count; i++)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, i);
            writer.WriteString("object"u8, "score"u8);
            writer.WriteNumber("score"u8, TextChecks.Finite(result.Scores[i].Score, i));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        OpenAIBody.WriteUsage(writer, result.Usage);
        writer.WriteEndObject();
    }
}
