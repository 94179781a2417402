// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.RegularExpressions;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.RealModels;

/// <summary>The language detector of the npm package lande, made into ONNX here: 620 n-gram frequencies, two dense layers, 50 languages.</summary>
/// <remarks>The package holds its weights as text: a scale, then one byte per weight.</remarks>
internal sealed partial class LandeModel
{
    private const string Package = "lande@1.0.10";
    private static readonly string[] _kinds = ["unigrams", "bigrams", "trigrams", "quadgrams"];

    private readonly string[][] _ngrams;

    private LandeModel(string ngrams, string languages, string options)
    {
        using var grams = Parse(ngrams);
        _ngrams = [.. _kinds.Select(kind => Strings(grams.RootElement.GetProperty(kind)))];
        using var names = Parse(languages);
        Languages = Strings(names.RootElement);
        using var layers = Parse(options);
        Graph = Build(layers.RootElement.GetProperty("layers"));
    }

    public string[] Languages { get; }

    public OnnxModelWriter Graph { get; }

    public int Features => _ngrams.Sum(grams => grams.Length);

    /// <summary>The model, or null with the reason.</summary>
    public static LandeModel? TryRestore(out string reason)
    {
        var ngrams = Restore("t50-ngrams.js", "00216250cc4d1526ba76e787d99467290ec5fedb0c53b70aab68c5c435cc78cc", out reason);
        var languages = Restore("t50-langs.js", "b242071a51e94386dce00e22ad3e32e7db7cbdf18c5fe1b16c5d38c7683d818a", out reason);
        var options = Restore("t50-options.js", "cd199ed06f759cdf90527d32612049d8dd34c755ba7288e26f61a2609168c13c", out reason);
        return ngrams is null || languages is null || options is null ? null : new(ngrams, languages, options);

        static string? Restore(string file, string sha256, out string reason)
            => NpmPackage.TryRestore(Package, $"standalone/{file}", sha256, out reason);
    }

    /// <summary>The share of each known n-gram among all of its length.</summary>
    public float[] Featurize(string text)
    {
        var cleaned = Spaces().Replace(Ignored().Replace(text.Replace('-', ' '), ""), " ").ToLowerInvariant();
        var padded = $" {cleaned.Trim()} ";
        return [.. _ngrams.SelectMany((grams, i) =>
        {
            var length = i + 1;
            var total = Math.Max(1, padded.Length - length + 1);
            var counts = Enumerable.Range(0, Math.Max(0, padded.Length - length + 1))
                .GroupBy(start => padded.Substring(start, length))
                .ToDictionary(group => group.Key, group => group.Count());
            return grams.Select(gram => (float)counts.GetValueOrDefault(gram) / total);
        })];
    }

    private OnnxModelWriter Build(JsonElement layers)
    {
        var model = new OnnxModelWriter { GraphName = "lande" }
            .Input("frequencies", TensorDataType.FP32, "batch", Features)
            .Output("probabilities", TensorDataType.FP32, "batch", Languages.Length)
            .Metadata("labels", JsonSerializer.Serialize(Languages));
        var current = "frequencies";
        var dense = layers.EnumerateArray().Where(layer => layer.GetProperty("type").GetString() == "dense").ToList();
        for (var i = 0; i < dense.Count; i++)
        {
            var rows = dense[i].GetProperty("_filters").EnumerateArray().Select(filter => Decode(filter.GetString()!)).ToArray();
            model.Initializer<float>($"w{i}", rows.SelectMany(row => row).ToArray(), rows.Length, rows[0].Length)
                .Initializer<float>($"b{i}", Decode(dense[i].GetProperty("_biases").GetString()!), rows.Length)
                .Node("Gemm", [current, $"w{i}", $"b{i}"], [$"d{i}"], ("transB", 1));
            current = $"d{i}";
            if (i < dense.Count - 1)
            {
                model.Node("Relu", [current], [$"r{i}"]);
                current = $"r{i}";
            }
        }

        return model.Node("Softmax", [current], ["probabilities"], ("axis", -1));
    }

    private static float[] Decode(string text)
    {
        var bar = text.IndexOf('|', StringComparison.Ordinal);
        var scale = float.Parse(text[1..bar], System.Globalization.CultureInfo.InvariantCulture);
        return Array.ConvertAll(Convert.FromBase64String(text[(bar + 1)..]), weight => (weight - 127) / scale);
    }

    private static JsonDocument Parse(string path)
    {
        var script = File.ReadAllText(path);
        return JsonDocument.Parse(script[script.IndexOfAny(['{', '['])..].TrimEnd().TrimEnd(';'));
    }

    private static string[] Strings(JsonElement list) => [.. list.EnumerateArray().Select(item => item.GetString()!)];

    [GeneratedRegex(@"[^\p{L}\p{M}\s]")]
    private static partial Regex Ignored();

    [GeneratedRegex(@"\s{2,}")]
    private static partial Regex Spaces();
}
