// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.TestSupport;

namespace Inference.Hosting.Benchmarks.Models;

/// <summary>A model to measure, with the requests that are sent to it.</summary>
/// <param name="Name">As printed.</param>
/// <param name="Bytes">The ONNX file.</param>
/// <param name="Payloads">Requests in the order they are sent; callers start at different places.</param>
/// <param name="Output">The output that is read.</param>
internal sealed record BenchModel(string Name, byte[] Bytes, IReadOnlyList<Payload> Payloads, string Output)
{
    /// <summary>Inputs whose axis 1 is ragged.</summary>
    public IReadOnlyList<string> Ragged { get; init; } = [];

    /// <summary>Whether a run takes so little that an open loop can saturate the machine.</summary>
    public bool IsShort { get; init; }

    public static BenchModel Mlp() => new(
        "MLP 512-2048-2048-512", OnnxModels.Mlp().ToBytes(), Rows(256, "x", 512), "y") { IsShort = true };

    public static BenchModel Cnn() => new(
        "CNN 3x32x32", OnnxModels.Cnn().ToBytes(), Rows(256, "image", 3, 32, 32), "logits") { IsShort = true };

    /// <summary>A graph that copies: what is left is the way there and back.</summary>
    public static BenchModel Identity(string name, int payloads, int count) => new(
        name, OnnxModels.Identity().ToBytes(), Rows(payloads, "x", count), "y");

    public static BenchModel Encoder() => new(
        "Encoder 6x384, sequence 64", OnnxModels.Encoder().ToBytes(), [.. Enumerable.Range(0, 256).Select(i => Sequence(i, 64))], "y");

    /// <summary>Lengths as texts have them: lognormal, median 60, from 8 to 512.</summary>
    public static BenchModel RaggedEncoder()
    {
        var random = new Random(7);
        var lengths = Enumerable.Range(0, 256).Select(_ =>
        {
            var normal = Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
            return (int)Math.Clamp(60 * Math.Exp(normal * 0.9), 8, 512);
        });
        return new BenchModel(
            "Encoder 6x384, ragged 8-512", OnnxModels.Encoder().ToBytes(), [.. lengths.Select((length, i) => Sequence(i, length))], "y")
        {
            Ragged = ["x", "mask"],
        };
    }

    /// <summary>PP-OCR text recognition, restored by whoever runs the benchmark: one line, 48 high, 320 wide.</summary>
    public static BenchModel Recognition(string path) => new(
        "PP-OCRv4 recognition, 48x320", File.ReadAllBytes(path), Rows(64, "x", 3, 48, 320), "softmax_11.tmp_0");

    private static Payload[] Rows(int count, string name, params long[] shape)
        => [.. Enumerable.Range(0, count).Select(i => new Payload([(name, Noise(i, shape.Aggregate(1L, (a, b) => a * b)), [1, .. shape])]))];

    private static Payload Sequence(int seed, int length) => new(
    [
        ("x", Noise(seed, length * 384L), [1, length, 384]),
        ("mask", [.. Enumerable.Repeat(1f, length)], [1, length]),
    ]);

    private static float[] Noise(int seed, long count)
    {
        var random = new Random(seed);
        var data = new float[count];
        for (var i = 0; i < data.Length; i++)
        {
            data[i] = (random.NextSingle() * 2) - 1;
        }

        return data;
    }
}
