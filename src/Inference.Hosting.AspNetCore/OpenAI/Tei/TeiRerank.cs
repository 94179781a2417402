// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Texts;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary>A body of <c>/rerank</c> in the shape of Text Embeddings Inference: <c>texts</c> in, a bare array out.</summary>
internal static class TeiRerank
{
    private const string Texts = "texts";

    /// <summary>Whether a request has that shape.</summary>
    public static bool IsMeant(RequestFields fields) => fields.Has(Texts) && !fields.Has("documents");

    public static async Task AnswerAsync(OpenAICall call, IReranker capability, InferenceOpenAIOptions options)
    {
        var fields = call.Fields;
        var info = capability.Info;
        TeiFields.RefuseEmpty(fields, Texts);
        TeiFields.RefuseEmpty(fields, "query");
        var texts = InputReader.ReadItems(fields.RequireArray(Texts), Texts, options.MaxInputs, InputReader.ReadText);
        var request = new RerankRequest
        {
            Query = InputReader.ReadText(fields, "query"),
            Documents = texts,
            RawScores = fields.FindBoolean("raw_scores") ?? false,
            Truncation = TeiFields.FindTruncation(fields, options, info?.Features ?? TextFeatures.None),
        };
        var hasTexts = fields.FindBoolean("return_text") ?? false;
        TeiFields.EnsureSupports(info?.Features, request.RequiredFeatures);
        var result = await RerankEndpoint.AskAsync(capability, request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer =>
        {
            writer.WriteStartArray();
            foreach (var (index, score) in result.Documents)
            {
                writer.WriteStartObject();
                writer.WriteNumber("index"u8, index);
                if (hasTexts)
                {
                    writer.WriteString("text"u8, texts[index].Text);
                }

                writer.WriteNumber("score"u8, score);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        });
    }
}
