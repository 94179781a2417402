// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Writing;

/// <summary>Writes embeddings, ranks, scores, classes and tokens to be read.</summary>
internal static class PoolingWriter
{
    public static ReadOnlyMemory<byte> Write(EmbeddingRequest request, string model)
    {
        using var writer = new RequestWriter(model);
        writer.Inputs("input", request.Inputs);
        writer.Text("encoding_format", "base64");
        writer.Number("dimensions", request.Dimensions);
        writer.Truncation(request.Truncation);
        writer.Flag("add_special_tokens", request.AddSpecialTokens, usual: true);
        if (request.Normalize is { } normalize)
        {
            writer.Field("normalize").WriteBooleanValue(normalize);
        }

        writer.Text("prompt_name", request.PromptName);
        writer.Rest(request.AdditionalProperties);
        return writer.Finish();
    }

    public static ReadOnlyMemory<byte> Write(RerankRequest request, string model)
    {
        using var writer = new RequestWriter(model);
        writer.Field("query");
        writer.Input(request.Query);
        WriteAll(writer, "documents", request.Documents);
        writer.Number("top_n", request.TopN);
        writer.Field("return_documents").WriteBooleanValue(false);
        writer.Flag("use_activation", !request.RawScores, usual: true);
        writer.Truncation(request.Truncation);
        writer.Number("max_tokens_per_doc", request.MaxTokensPerDocument);
        writer.Rest(request.AdditionalProperties);
        return writer.Finish();
    }

    public static ReadOnlyMemory<byte> Write(ScoreRequest request, string model)
    {
        using var writer = new RequestWriter(model);
        WriteAll(writer, "text_1", [.. request.Pairs.Select(pair => pair.First)]);
        WriteAll(writer, "text_2", [.. request.Pairs.Select(pair => pair.Second ?? TextInput.FromText(""))]);
        writer.Flag("use_activation", !request.RawScores, usual: true);
        writer.Truncation(request.Truncation);
        writer.Number("max_tokens_per_doc", request.MaxTokensPerDocument);
        writer.Rest(request.AdditionalProperties);
        return writer.Finish();
    }

    public static ReadOnlyMemory<byte> Write(ClassificationRequest request, string model)
    {
        using var writer = new RequestWriter(model);
        WriteAll(writer, "input", [.. request.Inputs.Select(input => input.First)]);
        writer.Flag("use_activation", !request.RawScores, usual: true);
        writer.Truncation(request.Truncation);
        writer.Flag("add_special_tokens", request.AddSpecialTokens, usual: true);
        writer.Rest(request.AdditionalProperties);
        return writer.Finish();
    }

    public static ReadOnlyMemory<byte> Write(DetokenizeRequest request, string model)
    {
        using var writer = new RequestWriter(model);
        writer.Field("tokens");
        writer.Tokens(request.Tokens.Span);
        writer.Flag("skip_special_tokens", request.SkipSpecialTokens, usual: false);
        return writer.Finish();
    }

    private static void WriteAll(RequestWriter writer, string name, IReadOnlyList<TextInput> inputs)
    {
        var json = writer.Field(name);
        json.WriteStartArray();
        foreach (var input in inputs)
        {
            writer.Input(input);
        }

        json.WriteEndArray();
    }
}
