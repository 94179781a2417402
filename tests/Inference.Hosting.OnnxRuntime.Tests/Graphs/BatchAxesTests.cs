// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.Graphs;

public sealed class BatchAxesTests
{
    private const TensorDataType F32 = TensorDataType.FP32;

    public static TheoryData<string, OnnxModelWriter, string> Graphs => new()
    {
        { "one symbol", OnnxModels.AddSub(), "0,0 -> 0,0" },
        { "state on axis 1, scalar", OnnxModels.Stateful(), "0,1,- -> 0,1" },
        { "shared scalar", OnnxModels.SharedScalar(), "0,- -> 0" },
        { "fixed rows", OnnxModels.FixedBatch(2), "none" },
        { "output depends on data", OnnxModels.NonZero(), "none" },
        { "no names, proved", OnnxModels.AnonymousAxes(), "0 -> 0" },
        { "no names, disproved", OnnxModels.AnonymousButNotBatched(), "none" },
        {
            "different symbols, proved",
            new OnnxModelWriter().Input("a", F32, "n", 4).Input("b", F32, "m", 4).Output("y", F32, "k", 4).Node("Add", ["a", "b"], ["y"]),
            "0,0 -> 0"
        },
        {
            "needs room: a convolution that fails on 1 × 1",
            new OnnxModelWriter().Input("x", F32, OnnxDim.Free, 3, OnnxDim.Free, OnnxDim.Free).Output("y", F32, OnnxDim.Free, 2, OnnxDim.Free, OnnxDim.Free)
                .Initializer("w", new float[2 * 3 * 25], 2, 3, 5, 5).Node("Conv", ["x", "w"], ["y"], ("kernel_shape", new long[] { 5, 5 })),
            "0 -> 0"
        },
        {
            "an output that follows another input",
            new OnnxModelWriter().Input("x", F32, "batch", 4).OutputOfAnyRank("y", F32)
                .Input("shape", TensorDataType.Int64, 2).Node("Expand", ["x", "shape"], ["y"]),
            "none"
        },
        {
            "an output without rows",
            new OnnxModelWriter().Input("x", F32, "batch", 4).Output("y", F32, "batch", 4).Output("total", F32)
                .Node("Add", ["x", "x"], ["y"]).Node("ReduceSum", ["x"], ["total"], ("keepdims", 0)),
            "none"
        },
        {
            "an output with rows on axis 1, found by the proof",
            new OnnxModelWriter().Input("x", F32, OnnxDim.Free, 4).Output("y", F32, 4, OnnxDim.Free).Node("Transpose", ["x"], ["y"]),
            "0 -> 1"
        },
        {
            "strings without names",
            new OnnxModelWriter().Input("x", TensorDataType.Bytes, OnnxDim.Free, OnnxDim.Free).Output("y", TensorDataType.Bytes, OnnxDim.Free, OnnxDim.Free)
                .Node("Identity", ["x"], ["y"]),
            "0 -> 0"
        },
    };

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Find_Graph_GivesTheAxes(string what, OnnxModelWriter model, string axes)
    {
        Assert.NotEmpty(what);
        using var engine = new TestEngine(model);

        Assert.Equal(axes, Describe(engine.Metadata));
        Assert.Equal(axes == "none" ? 1 : int.MaxValue, engine.Metadata.MaxBatchSize);
        Assert.Equal(axes != "none", engine.Metadata.SupportsBatching);
    }

    [Fact]
    public void Prove_Disproved_SaysWhyInTheLog()
    {
        var logger = new ListLogger();
        using var engine = new TestEngine(OnnxModels.AnonymousButNotBatched(), logger: logger);

        Assert.Contains("output 'y' has shape [2,4] for 1 row and [6,4] for 3", logger.TextOf("OnnxBatchAxisNotProved"));
    }

    [Fact]
    public void Prove_ZerosDoNotRun_AsksForADeclaration()
    {
        var logger = new ListLogger();
        using var engine = new TestEngine(
            new OnnxModelWriter().Input("a", TensorDataType.Int32, OnnxDim.Free).Output("y", TensorDataType.Int32, OnnxDim.Free)
                .Node("Div", ["a", "a"], ["y"]),
            logger: logger);

        Assert.Equal("none", Describe(engine.Metadata));
        Assert.Contains("OnnxRuntime:BatchAxes", logger.TextOf("OnnxBatchAxisNotProved"));
    }

    [Fact]
    public void Prove_OnceProved_RunsWithoutAllocations()
    {
        using var engine = new TestEngine(OnnxModels.AnonymousAxes());
        var batch = engine.Describe(new() { ["x"] = InferenceTensor.Create(new float[8], 2, 4) });
        Cycle(3);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(20);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle(int times)
        {
            for (var i = 0; i < times; i++)
            {
                engine.Instance.Prepare(batch);
                engine.Instance.GetInput(0).Clear();
                engine.Instance.Execute(batch);
            }
        }
    }

    [Fact]
    public void Find_DeclaredAxes_Win()
    {
        // Rows on axis 1 of everything, by declaration alone.
        using var engine = new TestEngine(
            new OnnxModelWriter().Input("x", F32, 4, OnnxDim.Free).Output("y", F32, 4, OnnxDim.Free).Node("Add", ["x", "x"], ["y"]),
            options =>
            {
                options.BatchAxes["x"] = 1;
                options.BatchAxes["y"] = 1;
            });

        Assert.Equal("1 -> 1", Describe(engine.Metadata));
        Assert.Equal([4L, 3L], engine.Run(new() { ["x"] = InferenceTensor.Create(new float[12], 4, 3) })["y"].Shape);
    }

    [Fact]
    public void Find_DeclaredAsNone_DoesNotBatch()
    {
        using var engine = new TestEngine(OnnxModels.Identity(), options => options.BatchAxes["x"] = -1);
        Assert.Equal("none", Describe(engine.Metadata));
    }

    [Theory]
    [InlineData("z", 0, "BatchAxes names 'z', but the graph has x, y")]
    [InlineData("x", 2, "gives axis 2 for 'x'")]
    [InlineData("x", 1, "gives axis 1 for 'x'")]
    public void Find_DeclarationThatCannotBe_IsRefused(string name, int axis, string words)
        => Assert.Contains(words, Assert.Throws<InferenceException>(
            () => TestEngine.Load(OnnxModels.AnonymousAxes(), options => options.BatchAxes[name] = axis)).Message);

    private static string Describe(ModelMetadata metadata) => !metadata.SupportsBatching
        ? "none"
        : $"{string.Join(',', metadata.Inputs.Select(Axis))} -> {string.Join(',', metadata.Outputs.Select(Axis))}";

    private static string Axis(TensorSpec spec) => spec.BatchAxis?.ToString() ?? "-";
}
