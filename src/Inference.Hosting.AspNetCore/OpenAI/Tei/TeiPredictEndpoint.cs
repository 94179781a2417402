// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary><c>POST /predict</c> of Text Embeddings Inference: all classes of a text, of a pair, or of a batch of either, the best first.</summary>
internal sealed class TeiPredictEndpoint(EndpointServices services, InferenceOpenAIOptions options)
    : OpenAIEndpoint<ITextClassifier>(services, options, "classify")
{
    protected override bool NamesNoModel(RequestFields fields) => true;

    protected override bool MustTranslate(RequestFields fields) => true;

    protected override async Task AnswerAsync(OpenAICall call, ITextClassifier capability)
    {
        var fields = call.Fields;
        var info = capability.Info;
        TeiFields.RefuseEmpty(fields, TeiFields.Inputs);
        var inputs = fields.Find(TeiFields.Inputs) ?? throw fields.Missing(TeiFields.Inputs);
        var isBatch = inputs.ValueKind == JsonValueKind.Array && inputs.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String);
        var request = new ClassificationRequest
        {
            Inputs = isBatch
                ? InputReader.ReadItems(inputs, TeiFields.Inputs, Options.MaxInputs, ReadInput)
                : [ReadInput(inputs, TeiFields.Inputs)],
            RawScores = fields.FindBoolean("raw_scores") ?? false,
            Truncation = TeiFields.FindTruncation(fields, Options, info?.Features ?? TextFeatures.None),
        };
        TeiFields.EnsureSupports(info?.Features, request.RequiredFeatures);
        var result = await ClassifyEndpoint.AskAsync(capability, request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer =>
        {
            if (!isBatch)
            {
                Write(writer, result, 0);
                return;
            }

            writer.WriteStartArray();
            for (var i = 0; i < result.Classifications.Count; i++)
            {
                Write(writer, result, i);
            }

            writer.WriteEndArray();
        });
    }

    private static TextPair ReadInput(JsonElement value, string path)
    {
        if (value.ValueKind == JsonValueKind.String)
        {
            return new TextPair(InputReader.ReadText(value, path));
        }

        return value.ValueKind == JsonValueKind.Array && value.GetArrayLength() is 1 or 2
            ? new TextPair(ReadPart(0), value.GetArrayLength() == 2 ? ReadPart(1) : (TextInput?)null)
            : throw RequestFields.InvalidAt(path, "must be a string, or an array of one or two", InferenceErrorReasons.InvalidType);

        TextInput ReadPart(int index) => InputReader.ReadText(value[index], $"{path}[{index}]");
    }

    private static void Write(Utf8JsonWriter writer, ClassificationResult result, int input)
    {
        var scores = result.Classifications[input].Scores.ToArray();
        writer.WriteStartArray();
        foreach (var (index, score) in scores.Index().OrderByDescending(item => item.Item))
        {
            writer.WriteStartObject();
            writer.WriteNumber("score"u8, score);
            writer.WriteString("label"u8, ClassifyEndpoint.LabelOf(result, index));
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }
}
