// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.AspNetCore.OpenAI.Tei;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI.Texts;

/// <summary><c>POST /v1/rerank</c>, which is Jina's and vLLM's, and <c>/v2/rerank</c>, which is Cohere's. With <c>texts</c> in place of <c>documents</c> it is that of Text Embeddings Inference.</summary>
internal sealed class RerankEndpoint(EndpointServices services, InferenceOpenAIOptions options, bool isCohere)
    : OpenAIEndpoint<IReranker>(services, options, "rerank")
{
    protected override void Begin(HttpContext context, RequestFields fields)
    {
        if (Options.EnableTextEmbeddingsInference && TeiRerank.IsMeant(fields))
        {
            context.Features.Set<IErrorFormat>(TeiErrorFormat.Instance);
        }
    }

    protected override bool NamesNoModel(RequestFields fields) => TeiRerank.IsMeant(fields);

    // What passes through has the shape of /v1/rerank.
    protected override bool MustTranslate(RequestFields fields) => isCohere || TeiRerank.IsMeant(fields);

    protected override async Task AnswerAsync(OpenAICall call, IReranker capability)
    {
        var fields = call.Fields;
        if (TeiRerank.IsMeant(fields))
        {
            await TeiRerank.AnswerAsync(call, capability, Options);
            return;
        }

        var info = capability.Info;
        var (isRaw, rawName) = RawScores.Read(fields);
        var top = fields.FindInt32("top_n", 0);
        var documents = ReadDocuments(fields);
        var request = new RerankRequest
        {
            Query = InputReader.ReadText(fields, "query"),
            Documents = documents,
            TopN = top == 0 ? null : top,
            RawScores = isRaw,
            Truncation = TextChecks.FindTruncation(fields, Options, info?.Features ?? TextFeatures.None, info?.MaxInputTokens),
            MaxTokensPerDocument = fields.FindInt32("max_tokens_per_doc", 1),
        };
        var hasDocuments = fields.FindBoolean("return_documents") ?? !isCohere;
        if (info is not null)
        {
            TextChecks.EnsureSupports(info.Features, request.RequiredFeatures, TextFeatures.RawScores, rawName);
        }

        var result = await AskAsync(capability, request, call.CancellationToken);
        FallbackHeader.Write(call.Context.Response, result.Timing.Model);
        await OpenAIBody.WriteAsync(call.Context, writer => Write(writer, call.RequestedModel, result, hasDocuments ? documents : null));
    }

    /// <summary>Ranks, and refuses what a client could not read.</summary>
    /// <exception cref="InferenceException">As <see cref="IReranker.RerankAsync"/>.</exception>
    public static async ValueTask<RerankResult> AskAsync(IReranker capability, RerankRequest request, CancellationToken cancellationToken)
    {
        var result = await capability.RerankAsync(request, cancellationToken);
        foreach (var (index, score) in result.Documents)
        {
            TextChecks.Finite(score, index);
            if ((uint)index >= (uint)request.Documents.Count)
            {
                throw new InferenceException(
                    InferenceErrorCode.EngineFailed, $"The model ranked document {index}, and there are {request.Documents.Count}.");
            }
        }

        return result;
    }

    // A document is a text, or an object that has one.
    private TextInput[] ReadDocuments(RequestFields fields)
        => InputReader.ReadItems(fields.RequireArray("documents"), fields.PathOf("documents"), Options.MaxInputs, (item, path) => item.ValueKind switch
        {
            JsonValueKind.String => InputReader.ReadText(item, path),
            JsonValueKind.Object => InputReader.ReadText(RequestFields.ToFields(item, path), "text"),
            _ => throw RequestFields.WrongTypeAt(path, "a string or an object with a 'text'", item),
        });

    private void Write(Utf8JsonWriter writer, string model, RerankResult result, TextInput[]? documents)
    {
        writer.WriteStartObject();
        writer.WriteString("id"u8, OpenAIIds.Create("rerank-"));
        writer.WriteString("model"u8, model);
        writer.WriteStartArray("results"u8);
        foreach (var (index, score) in result.Documents)
        {
            writer.WriteStartObject();
            writer.WriteNumber("index"u8, index);
            writer.WriteNumber("relevance_score"u8, score);
            if (documents is not null)
            {
                writer.WriteStartObject("document"u8);
                writer.WriteString("text"u8, documents[index].Text);
                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (isCohere)
        {
            writer.WritePropertyName("meta"u8);
            writer.WriteRawValue("""{"api_version":{"version":"2"},"billed_units":{"search_units":1}}"""u8, skipInputValidation: true);
        }

        OpenAIBody.WriteUsage(writer, result.Usage);
        writer.WriteEndObject();
    }
}
