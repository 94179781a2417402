// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;

namespace Inference.Hosting.TestSupport;

/// <summary>The graphs that tests and benchmarks share. Weights are pseudo-random with a fixed seed.</summary>
public static class OnnxModels
{
    private const TensorDataType F32 = TensorDataType.FP32;

    /// <summary>INPUT0, INPUT1 INT32[batch,16] → OUTPUT0 their sum, OUTPUT1 their difference: the "simple" model of the V2 examples.</summary>
    public static OnnxModelWriter AddSub(TensorDataType type = TensorDataType.Int32) => new OnnxModelWriter { GraphName = "add_sub" }
        .Input("INPUT0", type, "batch", 16)
        .Input("INPUT1", type, "batch", 16)
        .Output("OUTPUT0", type, "batch", 16)
        .Output("OUTPUT1", type, "batch", 16)
        .Node("Add", ["INPUT0", "INPUT1"], ["OUTPUT0"])
        .Node("Sub", ["INPUT0", "INPUT1"], ["OUTPUT1"]);

    /// <summary>x[batch,n] → y[batch,n], the same, of any type; n is free, too.</summary>
    public static OnnxModelWriter Identity(TensorDataType type = F32) => new OnnxModelWriter { GraphName = "identity" }
        .Input("x", type, "batch", "n")
        .Output("y", type, "batch", "n")
        .Node("Identity", ["x"], ["y"]);

    /// <summary>x[batch,input] → y[batch,output] through dense layers with ReLU.</summary>
    /// <param name="sizes">Widths, input and output included; 512, 2048, 2048, 512 when left out (25 MB).</param>
    public static OnnxModelWriter Mlp(params ReadOnlySpan<int> sizes)
    {
        var widths = sizes.IsEmpty ? new[] { 512, 2048, 2048, 512 } : sizes.ToArray();
        var random = new Random(1);
        var model = new OnnxModelWriter { GraphName = "mlp" }
            .Input("x", F32, "batch", widths[0])
            .Output("y", F32, "batch", widths[^1]);
        var current = "x";
        for (var i = 1; i < widths.Length; i++)
        {
            var last = i == widths.Length - 1;
            var next = last ? "y" : $"h{i}";
            model.Initializer($"w{i}", Weights(random, widths[i - 1] * widths[i], widths[i - 1]), widths[i - 1], widths[i])
                .Initializer($"b{i}", Weights(random, widths[i], 4), widths[i])
                .Node("MatMul", [current, $"w{i}"], [$"m{i}"])
                .Node("Add", [$"m{i}", $"b{i}"], [last ? next : $"a{i}"]);
            if (!last)
            {
                model.Node("Relu", [$"a{i}"], [next]);
            }

            current = next;
        }

        return model;
    }

    /// <summary>index INT64[batch] → value FP32[batch] = 10 × index; an index outside 0…7 fails the run: poison by data.</summary>
    public static OnnxModelWriter Gather() => new OnnxModelWriter { GraphName = "gather" }
        .Input("index", TensorDataType.Int64, "batch")
        .Output("value", F32, "batch")
        .Initializer<float>("table", [0, 10, 20, 30, 40, 50, 60, 70], 8)
        .Node("Gather", ["table", "index"], ["value"], ("axis", 0));

    /// <summary>text BYTES[batch,n] → loud BYTES[batch,n], with "!" at the end of each.</summary>
    public static OnnxModelWriter Exclaim() => new OnnxModelWriter { GraphName = "exclaim", Opset = 20 }
        .Input("text", TensorDataType.Bytes, "batch", "n")
        .Output("loud", TensorDataType.Bytes, "batch", "n")
        .StringInitializer("mark", "!")
        .Node("StringConcat", ["text", "mark"], ["loud"]);

    /// <summary>image FP32[batch,3,size,size] → logits FP32[batch,classes]: three convolutions, pooling, a dense layer.</summary>
    public static OnnxModelWriter Cnn(int size = 32, int channels = 16, int classes = 10)
    {
        var random = new Random(2);
        var model = new OnnxModelWriter { GraphName = "cnn" }
            .Input("image", F32, "batch", 3, size, size)
            .Output("logits", F32, "batch", classes);
        var (current, width) = ("image", 3);
        for (var i = 1; i <= 3; i++)
        {
            var next = channels << (i - 1);
            model.Initializer($"w{i}", Weights(random, next * width * 9, width * 9), next, width, 3, 3)
                .Initializer($"b{i}", Weights(random, next, 4), next)
                .Node(
                    "Conv",
                    [current, $"w{i}", $"b{i}"],
                    [$"c{i}"],
                    ("kernel_shape", new long[] { 3, 3 }),
                    ("pads", new long[] { 1, 1, 1, 1 }),
                    ("strides", i == 1 ? new long[] { 1, 1 } : [2, 2]))
                .Node("Relu", [$"c{i}"], [$"r{i}"]);
            (current, width) = ($"r{i}", next);
        }

        return model
            .Node("GlobalAveragePool", [current], ["pooled"])
            .Node("Flatten", ["pooled"], ["flat"], ("axis", 1))
            .Initializer("w", Weights(random, width * classes, width), width, classes)
            .Initializer("b", Weights(random, classes, 4), classes)
            .Node("MatMul", ["flat", "w"], ["scores"])
            .Node("Add", ["scores", "b"], ["logits"]);
    }

    /// <summary>x FP32[batch,sequence,width], mask FP32[batch,sequence] (1 real, 0 padding) → y FP32[batch,sequence,width]: a transformer encoder.</summary>
    /// <param name="layers">Number of layers.</param>
    /// <param name="width">Width; a multiple of 64.</param>
    public static OnnxModelWriter Encoder(int layers = 6, int width = 384)
    {
        var random = new Random(3);
        var heads = width / 64;
        var model = new OnnxModelWriter { GraphName = "encoder" }
            .Input("x", F32, "batch", "sequence", width)
            .Input("mask", F32, "batch", "sequence")
            .Output("y", F32, "batch", "sequence", width)
            .Initializer<long>("split", [0, 0, heads, 64], 4)
            .Initializer<long>("merge", [0, 0, width], 3)
            .Initializer<long>("axes", [1, 2], 2)
            .Initializer<float>("one", [1f])
            .Initializer<float>("big", [10_000f])
            .Initializer<float>("scale", [1f / 8])
            .Initializer<float>("root2", [MathF.Sqrt(2)])
            .Initializer<float>("half", [0.5f])
            .Initializer("ln_scale", Enumerable.Repeat(1f, width).ToArray(), width)
            .Initializer("ln_bias", new float[width], width)
            .Node("Sub", ["mask", "one"], ["off"])
            .Node("Mul", ["off", "big"], ["penalty2"])
            .Node("Unsqueeze", ["penalty2", "axes"], ["penalty"]);
        var current = "x";
        for (var i = 0; i < layers; i++)
        {
            string Name(string name) => $"{name}_{i}";
            string Dense(string input, string name, int from, int to)
            {
                model.Initializer(Name(name + "_w"), Weights(random, from * to, from), from, to)
                    .Initializer(Name(name + "_b"), Weights(random, to, 64), to)
                    .Node("MatMul", [input, Name(name + "_w")], [Name(name + "_m")])
                    .Node("Add", [Name(name + "_m"), Name(name + "_b")], [Name(name)]);
                return Name(name);
            }

            string Heads(string name, long[] order)
            {
                model.Node("Reshape", [Dense(current, name, width, width), "split"], [Name(name + "_s")])
                    .Node("Transpose", [Name(name + "_s")], [Name(name + "_t")], ("perm", order));
                return Name(name + "_t");
            }

            var (q, k, v) = (Heads("q", [0, 2, 1, 3]), Heads("k", [0, 2, 3, 1]), Heads("v", [0, 2, 1, 3]));
            model.Node("MatMul", [q, k], [Name("qk")])
                .Node("Mul", [Name("qk"), "scale"], [Name("scaled")])
                .Node("Add", [Name("scaled"), "penalty"], [Name("masked")])
                .Node("Softmax", [Name("masked")], [Name("attention")], ("axis", -1))
                .Node("MatMul", [Name("attention"), v], [Name("mixed")])
                .Node("Transpose", [Name("mixed")], [Name("mixed_t")], ("perm", new long[] { 0, 2, 1, 3 }))
                .Node("Reshape", [Name("mixed_t"), "merge"], [Name("merged")])
                .Node("Add", [current, Dense(Name("merged"), "o", width, width)], [Name("sum1")])
                .Node("LayerNormalization", [Name("sum1"), "ln_scale", "ln_bias"], [Name("norm1")], ("axis", -1));
            var up = Dense(Name("norm1"), "up", width, width * 4);
            model.Node("Div", [up, "root2"], [Name("g1")])
                .Node("Erf", [Name("g1")], [Name("g2")])
                .Node("Add", [Name("g2"), "one"], [Name("g3")])
                .Node("Mul", [up, Name("g3")], [Name("g4")])
                .Node("Mul", [Name("g4"), "half"], [Name("gelu")])
                .Node("Add", [Name("norm1"), Dense(Name("gelu"), "down", width * 4, width)], [Name("sum2")]);
            var next = i == layers - 1 ? "y" : Name("norm2");
            model.Node("LayerNormalization", [Name("sum2"), "ln_scale", "ln_bias"], [next], ("axis", -1));
            current = next;
        }

        return model;
    }

    /// <summary>x FP32[n] → indices INT64[1,found]: the shape of the output depends on the data.</summary>
    public static OnnxModelWriter NonZero() => new OnnxModelWriter { GraphName = "non_zero" }
        .Input("x", F32, "n")
        .Output("indices", TensorDataType.Int64, 1, "found")
        .Node("NonZero", ["x"], ["indices"]);

    /// <summary>x FP32[batch,n] → head FP32[batch,m] with m = n - 1: rows batch, the last axis is not known ahead.</summary>
    public static OnnxModelWriter DropLastColumn() => new OnnxModelWriter { GraphName = "drop_last_column" }
        .Input("x", F32, "batch", "n")
        .Output("head", F32, "batch", "m")
        .Initializer<long>("starts", [0], 1)
        .Initializer<long>("ends", [-1], 1)
        .Initializer<long>("axes", [1], 1)
        .Node("Slice", ["x", "starts", "ends", "axes"], ["head"]);

    /// <summary>x FP32[rows,4] → y FP32[rows,4] = 2x with a fixed number of rows: does not batch.</summary>
    public static OnnxModelWriter FixedBatch(int rows = 1) => new OnnxModelWriter { GraphName = "fixed_batch" }
        .Input("x", F32, rows, 4)
        .Output("y", F32, rows, 4)
        .Node("Add", ["x", "x"], ["y"]);

    /// <summary>
    /// x FP32[batch,4], state FP32[2,batch,4], rate INT64 scalar → y FP32[batch,4] = (x + state[0]) × rate, stateN = state + x:
    /// the batch axis of the state is 1, and the scalar is shared.
    /// </summary>
    public static OnnxModelWriter Stateful() => new OnnxModelWriter { GraphName = "stateful" }
        .Input("x", F32, "batch", 4)
        .Input("state", F32, 2, "batch", 4)
        .Input("rate", TensorDataType.Int64)
        .Output("y", F32, "batch", 4)
        .Output("stateN", F32, 2, "batch", 4)
        .Initializer<long>("zero", [0L])
        .Node("Gather", ["state", "zero"], ["first"], ("axis", 0))
        .Node("Add", ["x", "first"], ["sum"])
        .Node("Cast", ["rate"], ["factor"], ("to", 1))
        .Node("Mul", ["sum", "factor"], ["y"])
        .Node("Add", ["state", "x"], ["stateN"]);

    /// <summary>x FP32[batch,4], factor FP32 scalar → y FP32[batch,4] = x × factor: rows meet only if the scalar is the same.</summary>
    public static OnnxModelWriter SharedScalar() => new OnnxModelWriter { GraphName = "shared_scalar" }
        .Input("x", F32, "batch", 4)
        .Input("factor", F32)
        .Output("y", F32, "batch", 4)
        .Node("Mul", ["x", "factor"], ["y"]);

    /// <summary>x FP32[batch,4] → p FP32[batch,3], softmax over a dense layer, with labels in the file's metadata.</summary>
    /// <param name="key">The metadata key, such as <c>names</c>.</param>
    /// <param name="value">The labels as text.</param>
    public static OnnxModelWriter Labelled(string key, string value) => new OnnxModelWriter { GraphName = "labelled" }
        .Input("x", F32, "batch", 4)
        .Output("p", F32, "batch", 3)
        .Initializer("w", Weights(new Random(4), 12, 4), 4, 3)
        .Node("MatMul", ["x", "w"], ["scores"])
        .Node("Softmax", ["scores"], ["p"], ("axis", -1))
        .Metadata(key, value);

    /// <summary>a[n] / b[n] INT32: a zero in b fails the run.</summary>
    public static OnnxModelWriter Divide() => new OnnxModelWriter { GraphName = "divide" }
        .Input("a", TensorDataType.Int32, "batch")
        .Input("b", TensorDataType.Int32, "batch")
        .Output("quotient", TensorDataType.Int32, "batch")
        .Node("Div", ["a", "b"], ["quotient"]);

    /// <summary>x FP32[batch,4] → y FP32[batch,4] where free axes carry no names, so that batching has to be proved.</summary>
    public static OnnxModelWriter AnonymousAxes() => new OnnxModelWriter { GraphName = "anonymous_axes" }
        .Input("x", F32, OnnxDim.Free, 4)
        .Output("y", F32, OnnxDim.Free, 4)
        .Node("Add", ["x", "x"], ["y"]);

    /// <summary>As <see cref="AnonymousAxes"/>, but the output has each row twice: not a batch axis.</summary>
    public static OnnxModelWriter AnonymousButNotBatched() => new OnnxModelWriter { GraphName = "anonymous_twice" }
        .Input("x", F32, OnnxDim.Free, 4)
        .Output("y", F32, OnnxDim.Free, 4)
        .Node("Concat", ["x", "x"], ["y"], ("axis", 0));

    private static ReadOnlySpan<float> Weights(Random random, int count, int fanIn)
    {
        var scale = MathF.Sqrt(1f / fanIn);
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = ((random.NextSingle() * 2) - 1) * scale;
        }

        return values;
    }
}
