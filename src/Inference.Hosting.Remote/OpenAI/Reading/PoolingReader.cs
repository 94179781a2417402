// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using System.Text.Json;
using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Remote.OpenAI.Reading;

/// <summary>Reads embeddings, ranks, scores, classes and tokens.</summary>
internal static class PoolingReader
{
    public static EmbeddingResult ReadEmbeddings(JsonElement root, int count) => new()
    {
        Embeddings = InOrder(root, "data", count, item => new TextEmbedding(ReadVector(item))),
        Usage = root.Usage(),
        AdditionalProperties = root.Rest(),
    };

    public static RerankResult ReadRanks(JsonElement root) => new()
    {
        Documents = [.. root.Items("results")
            .Select(item => new RankedDocument(item.Number("index") ?? -1, item.Float("relevance_score") ?? throw Fields.Missing("a score")))
            .OrderByDescending(document => document.Score)
            .ThenBy(document => document.Index)],
        Usage = root.Usage(),
        AdditionalProperties = root.Rest(),
    };

    public static ScoreResult ReadScores(JsonElement root, int count) => new()
    {
        Scores = InOrder(root, "data", count, item => new PairScore(item.Float("score") ?? throw Fields.Missing("a score"))),
        Usage = root.Usage(),
        AdditionalProperties = root.Rest(),
    };

    public static ClassificationResult ReadClasses(JsonElement root, int count)
    {
        string[] labels = [];
        var classifications = InOrder(root, "data", count, item =>
        {
            var classification = new TextClassification(item.Items("probs").Select(value => value.GetSingle()).ToArray());
            if (labels.Length < classification.Scores.Length)
            {
                labels = [.. Enumerable.Range(0, classification.Scores.Length).Select(i => i < labels.Length ? labels[i] : $"LABEL_{i}")];
            }

            // The server names only the label that won.
            if (item.Text("label") is { } label && classification.BestIndex is >= 0 and var best)
            {
                labels[best] = label;
            }

            return classification;
        });
        return new ClassificationResult
        {
            Classifications = classifications,
            Labels = labels,
            Usage = root.Usage(),
            AdditionalProperties = root.Rest(),
        };
    }

    public static TokenizeResult ReadTokens(JsonElement root)
    {
        string[] texts = [.. root.Items("token_strs").Select(text => text.GetString() ?? "")];
        return new TokenizeResult
        {
            Tokens = root.Items("tokens").Select(token => token.GetInt32()).ToArray(),
            TokenTexts = texts.Length > 0 ? texts : null,
            MaxModelTokens = root.Number("max_model_len"),
        };
    }

    private static T[] InOrder<T>(JsonElement root, string name, int count, Func<JsonElement, T> read)
    {
        T[] items = [.. root.Items(name).Select((item, i) => (Item: item, Index: item.Number("index") ?? i))
            .OrderBy(item => item.Index).Select(item => read(item.Item))];
        return items.Length == count ? items : throw Fields.Missing($"as many items as there were inputs ({items.Length} for {count})");
    }

    private static float[] ReadVector(JsonElement item)
    {
        if (!item.TryGetProperty("embedding", out var value))
        {
            throw Fields.Missing("an embedding");
        }

        return value.ValueKind switch
        {
            JsonValueKind.Array => [.. value.EnumerateArray().Select(number => number.GetSingle())],
            JsonValueKind.String when value.TryGetBytesFromBase64(out var bytes) && bytes.Length % sizeof(float) == 0
                => MemoryMarshal.Cast<byte, float>(bytes).ToArray(),
            _ => throw Fields.Missing("an embedding that can be read"),
        };
    }
}
