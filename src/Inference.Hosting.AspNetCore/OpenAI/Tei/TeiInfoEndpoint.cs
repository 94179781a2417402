// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI.Tei;

/// <summary><c>GET /info</c> of Text Embeddings Inference: the one that the query names, else one for embeddings, reranking or classes. What is not known is null.</summary>
internal sealed class TeiInfoEndpoint(EndpointServices services, InferenceOpenAIOptions options)
{
    private static readonly string[] _kinds = ["embedding", "reranker", "classifier"];

    public async Task GetAsync(HttpContext context)
    {
        var named = context.Request.Query["model"].ToString();
        var model = named.Length > 0
            ? services.Models.Find(named)
            : services.Catalog.Models.Where(known => FindKind(known.Name) is not null).MinBy(known => Array.IndexOf(_kinds, FindKind(known.Name)))
                ?? throw new InferenceException(InferenceErrorCode.NotFound, "There is no model for embeddings, reranking or classes.");
        if (await ModelAccess.IsAllowedAsync(context, model))
        {
            await OpenAIBody.WriteAsync(context, writer => Write(writer, model));
        }
    }

    private string? FindKind(string model)
        => services.Catalog.GetCapability<IEmbeddingModel>(model) is not null ? _kinds[0]
            : services.Catalog.GetCapability<IReranker>(model) is not null ? _kinds[1]
            : services.Catalog.GetCapability<ITextClassifier>(model) is not null ? _kinds[2] : null;

    private void Write(Utf8JsonWriter writer, ModelInfo model)
    {
        writer.WriteStartObject();
        writer.WriteString("model_id"u8, model.Name);
        writer.WriteString("model_sha"u8, model.Default?.Version);
        writer.WriteNull("model_dtype"u8);
        writer.WriteString("served_model_name"u8, model.Name);
        WriteKind(writer, model.Name);
        writer.WriteNull("max_concurrent_requests"u8);
        WriteNumber(writer, "max_input_length", ModelKinds.FindMaxTokens(services.Catalog, model.Name));
        writer.WriteNull("max_batch_tokens"u8);
        WriteNumber(writer, "max_client_batch_size", options.MaxInputs);
        writer.WriteBoolean("auto_truncate"u8, options.AutoTruncate);
        writer.WriteString("version"u8, typeof(TeiInfoEndpoint).Assembly.GetName().Version?.ToString(3));
        writer.WriteEndObject();
    }

    private void WriteKind(Utf8JsonWriter writer, string model)
    {
        writer.WriteStartObject("model_type"u8);
        if (FindKind(model) is { } kind)
        {
            writer.WriteStartObject(kind);
            if (services.Catalog.GetCapability<ITextClassifier>(model)?.Info?.Labels is { Count: > 0 } labels)
            {
                writer.WriteStartObject("id2label"u8);
                foreach (var (index, label) in labels.Index())
                {
                    writer.WriteString($"{index}", label);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndObject();
        }

        writer.WriteEndObject();
    }

    private static void WriteNumber(Utf8JsonWriter writer, string name, int? value)
    {
        if (value is { } number)
        {
            writer.WriteNumber(name, number);
        }
        else
        {
            writer.WriteNull(name);
        }
    }
}
