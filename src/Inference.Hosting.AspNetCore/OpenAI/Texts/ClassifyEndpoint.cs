// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/classify</c>, as vLLM has it.</summary>
internal sealed class ClassifyEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<ITextClassifier>(services, options, "classify")
{
    private const string Input = "input";
    private const string Messages = "messages";

    protected override async Task AnswerAsync(OpenAICall call, ITextClassifier capability)
    {
        var request = Read(call.Fields, capability.Info);
        var result = await AskAsync(capability, request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer => Write(writer, call, result));
    }

    /// <summary>Classifies, and refuses what a client could not read.</summary>
    /// <exception cref="InferenceException">As <see cref="ITextClassifier.ClassifyAsync"/>.</exception>
    public static async ValueTask<ClassificationResult> AskAsync(
        ITextClassifier capability, ClassificationRequest request, CancellationToken cancellationToken)
    {
        var result = await capability.ClassifyAsync(request, cancellationToken);
        TextChecks.CheckCount(result.Classifications.Count, request.Inputs.Count);
        for (var i = 0; i < result.Classifications.Count; i++)
        {
            TextChecks.Finite(result.Classifications[i].Scores.Span, i);
        }

        return result;
    }

    /// <summary>The name of a class; where a model has none for it, as Hugging Face's models call theirs.</summary>
    public static string LabelOf(ClassificationResult result, int index)
        => index < result.Labels.Count ? result.Labels[index] : string.Create(CultureInfo.InvariantCulture, $"LABEL_{index}");

    private ClassificationRequest Read(RequestFields fields, TextClassifierInfo? info)
    {
        if (fields.Has(Messages) && !fields.Has(Input))
        {
            throw fields.Unsupported(Messages, $"is not supported: classifiers here take texts; send '{Input}'");
        }

        var inputs = InputReader.Require(fields, Input, Options.MaxInputs);
        var (isRaw, rawName) = RawScores.Read(fields);
        var request = new ClassificationRequest
        {
            Inputs = [.. inputs.Select(input => new TextPair(input))],
            RawScores = isRaw,
            Truncation = TextChecks.FindTruncation(fields, Options, info?.Features ?? TextFeatures.None, info?.MaxInputTokens),
            AddSpecialTokens = fields.FindBoolean("add_special_tokens") ?? true,
        };
        if (info is not null)
        {
            TextChecks.EnsureSupports(info.Features, request.RequiredFeatures, TextFeatures.RawScores, rawName);
            TextChecks.CheckTokens(inputs, fields.Find(Input)!.Value, Input, null, request.Truncation is null ? info.MaxInputTokens : null);
        }

        return request;
    }

    private static void Write(Utf8JsonWriter writer, OpenAICall call, ClassificationResult result)
    {
        OpenAIBody.WriteListHead(writer, call, "classify-");
        for (var i = 0; i < result.Classifications.Count; i++)
        {
            var classification = result.Classifications[i];
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, i);
            writer.WriteString("label"u8, classification.BestIndex < 0 ? null : LabelOf(result, classification.BestIndex));
            writer.WriteStartArray("probs"u8);
            foreach (var score in classification.Scores.Span)
            {
                writer.WriteNumberValue(score);
            }

            writer.WriteEndArray();
            writer.WriteNumber("num_classes"u8, classification.Scores.Length);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        OpenAIBody.WriteUsage(writer, result.Usage);
        writer.WriteEndObject();
    }
}
