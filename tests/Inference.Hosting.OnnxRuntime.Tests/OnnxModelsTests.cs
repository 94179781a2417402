// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;
using Microsoft.ML.OnnxRuntime;

namespace Inference.Hosting.OnnxRuntime.Tests;

/// <summary>The shared graphs load in ONNX Runtime as they are described.</summary>
public sealed class OnnxModelsTests
{
    public static TheoryData<string, string> Graphs => new()
    {
        { nameof(OnnxModels.AddSub), "INPUT0[-1,16] INPUT1[-1,16] -> OUTPUT0[-1,16] OUTPUT1[-1,16]" },
        { nameof(OnnxModels.Identity), "x[-1,-1] -> y[-1,-1]" },
        { nameof(OnnxModels.Mlp), "x[-1,8] -> y[-1,4]" },
        { nameof(OnnxModels.Gather), "index[-1] -> value[-1]" },
        { nameof(OnnxModels.Exclaim), "text[-1,-1] -> loud[-1,-1]" },
        { nameof(OnnxModels.Cnn), "image[-1,3,32,32] -> logits[-1,10]" },
        { nameof(OnnxModels.Encoder), "x[-1,-1,128] mask[-1,-1] -> y[-1,-1,128]" },
        { nameof(OnnxModels.NonZero), "x[-1] -> indices[1,-1]" },
        { nameof(OnnxModels.DropLastColumn), "x[-1,-1] -> head[-1,-1]" },
        { nameof(OnnxModels.FixedBatch), "x[1,4] -> y[1,4]" },
        { nameof(OnnxModels.Stateful), "x[-1,4] state[2,-1,4] rate[] -> y[-1,4] stateN[2,-1,4]" },
        { nameof(OnnxModels.SharedScalar), "x[-1,4] factor[] -> y[-1,4]" },
        { nameof(OnnxModels.Labelled), "x[-1,4] -> p[-1,3]" },
        { nameof(OnnxModels.Divide), "a[-1] b[-1] -> quotient[-1]" },
        { nameof(OnnxModels.AnonymousAxes), "x[-1,4] -> y[-1,4]" },
        { nameof(OnnxModels.AnonymousButNotBatched), "x[-1,4] -> y[-1,4]" },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Graph_InOnnxRuntime_LoadsAsDescribed(string graph, string signature)
    {
        var model = graph switch
        {
            nameof(OnnxModels.AddSub) => OnnxModels.AddSub(),
            nameof(OnnxModels.Identity) => OnnxModels.Identity(),
            nameof(OnnxModels.Mlp) => OnnxModels.Mlp(8, 16, 4),
            nameof(OnnxModels.Gather) => OnnxModels.Gather(),
            nameof(OnnxModels.Exclaim) => OnnxModels.Exclaim(),
            nameof(OnnxModels.Cnn) => OnnxModels.Cnn(),
            nameof(OnnxModels.Encoder) => OnnxModels.Encoder(2, 128),
            nameof(OnnxModels.NonZero) => OnnxModels.NonZero(),
            nameof(OnnxModels.DropLastColumn) => OnnxModels.DropLastColumn(),
            nameof(OnnxModels.FixedBatch) => OnnxModels.FixedBatch(),
            nameof(OnnxModels.Stateful) => OnnxModels.Stateful(),
            nameof(OnnxModels.SharedScalar) => OnnxModels.SharedScalar(),
            nameof(OnnxModels.Labelled) => OnnxModels.Labelled("names", "{0: 'a', 1: 'b', 2: 'c'}"),
            nameof(OnnxModels.Divide) => OnnxModels.Divide(),
            nameof(OnnxModels.AnonymousAxes) => OnnxModels.AnonymousAxes(),
            nameof(OnnxModels.AnonymousButNotBatched) => OnnxModels.AnonymousButNotBatched(),
            _ => throw new ArgumentException(graph),
        };

        using var session = new InferenceSession(model.ToBytes());

        var inputs = session.InputNames.Select(name => $"{name}[{string.Join(',', session.InputMetadata[name].Dimensions)}]");
        var outputs = session.OutputNames.Select(name => $"{name}[{string.Join(',', session.OutputMetadata[name].Dimensions)}]");
        Assert.Equal(signature, $"{string.Join(' ', inputs)} -> {string.Join(' ', outputs)}");
    }

    [Fact]
    public void Encoder_PaddedRow_EqualsTheLoneRow()
    {
        using var session = new InferenceSession(OnnxModels.Encoder(2, 128).ToBytes());
        var random = new Random(5);
        var values = Enumerable.Range(0, 5 * 128).Select(_ => random.NextSingle()).ToArray();
        var padded = new float[8 * 128];
        values.CopyTo(padded, 0);

        var lone = Run(values, [1, 1, 1, 1, 1], 5);
        var joined = Run(padded, [1, 1, 1, 1, 1, 0, 0, 0], 8);

        for (var i = 0; i < lone.Length; i++)
        {
            Assert.Equal(lone[i], joined[i], 1e-4f);
        }

        float[] Run(float[] x, float[] mask, int length)
        {
            using var options = new RunOptions();
            using var xValue = OrtValue.CreateTensorValueFromMemory(x, [1, length, 128]);
            using var maskValue = OrtValue.CreateTensorValueFromMemory(mask, [1, length]);
            using var results = session.Run(options, ["x", "mask"], [xValue, maskValue], ["y"]);
            return results[0].GetTensorDataAsSpan<float>().ToArray();
        }
    }
}
