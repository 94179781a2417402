// SPDX-License-Identifier: Apache-2.0

using System.Text;
using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests;

public sealed class OnnxEngineTests
{
    public static TheoryData<TensorDataType> AllTypes => [.. Enum.GetValues<TensorDataType>()];

    [Theory]
    [MemberData(nameof(AllTypes))]
    public void Execute_IdentityOfEachType_GivesTheSameBytes(TensorDataType type)
    {
        using var engine = new TestEngine(OnnxModels.Identity(type));
        var size = type.GetElementSize();
        var bytes = new byte[6 * size];
        new Random(7).NextBytes(bytes);
        if (type == TensorDataType.Bool)
        {
            bytes = [1, 0, 1, 1, 0, 0];
        }
        else if (type == TensorDataType.Bytes)
        {
            bytes = BytesEncoding.Encode(["a", "", "ü\0b", "日本", "\n", "longer than the others"]);
        }

        var result = engine.Run(new() { ["x"] = InferenceTensor.FromBytes(type, bytes, [2, 3]) })["y"];

        Assert.Equal(type, result.DataType);
        Assert.Equal([2L, 3L], result.Shape);
        Assert.Equal(bytes, result.Bytes.ToArray());
    }

    [Fact]
    public void Execute_AddSubInVaryingRows_GivesSumAndDifferenceEachTime()
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        foreach (var rows in new[] { 1, 8, 3, 8, 1, 64, 2, 64, 0, 5 })
        {
            var left = Enumerable.Range(0, rows * 16).ToArray();
            var right = Enumerable.Range(0, rows * 16).Select(i => i * rows).ToArray();

            var results = engine.Run(new()
            {
                ["INPUT0"] = InferenceTensor.Create(left, rows, 16),
                ["INPUT1"] = InferenceTensor.Create(right, rows, 16),
            });

            Assert.Equal([rows, 16L], results["OUTPUT0"].Shape);
            Assert.Equal(left.Zip(right, (a, b) => a + b), results["OUTPUT0"].ToArray<int>());
            Assert.Equal(left.Zip(right, (a, b) => a - b), results["OUTPUT1"].ToArray<int>());
        }
    }

    [Fact]
    public void Execute_OneOutputWanted_LeavesTheOtherOut()
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        var inputs = AddSubInputs(2);

        Assert.Equal(["OUTPUT1"], engine.Run(inputs, "OUTPUT1").Keys);
        Assert.Equal(["OUTPUT0"], engine.Run(inputs, "OUTPUT0").Keys);
        Assert.Throws<InvalidOperationException>(() => engine.Instance.GetOutput(1).Length);
    }

    [Fact]
    public void Execute_OutputShapeFollowsFromData_IsReadAfterEachRun()
    {
        using var engine = new TestEngine(OnnxModels.NonZero());

        var first = engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 0f, 2f, 0f], 4) })["indices"];
        var second = engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 0f, 0f, 3f], 4) })["indices"];
        var none = engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 0f, 0f, 0f], 4) })["indices"];
        var same = engine.Run(new() { ["x"] = InferenceTensor.Create([0f, 5f, 0f, 0f], 4) })["indices"];

        Assert.Equal([0L, 2L], first.ToArray<long>());
        Assert.Equal([3L], second.ToArray<long>());
        Assert.Equal([1L, 0L], none.Shape);
        Assert.Equal([1L], same.ToArray<long>());
    }

    [Fact]
    public void Execute_LastAxisNotKnownAhead_GivesRowsOfThatLength()
    {
        using var engine = new TestEngine(OnnxModels.DropLastColumn());

        var wide = engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 2f, 3f, 4f, 5f, 6f], 2, 3) })["head"];
        var narrow = engine.Run(new() { ["x"] = InferenceTensor.Create([1f, 2f, 3f, 4f, 5f, 6f], 3, 2) })["head"];

        Assert.Equal([2L, 2L], wide.Shape);
        Assert.Equal([1f, 2f, 4f, 5f], wide.ToArray<float>());
        Assert.Equal([1f, 3f, 5f], narrow.ToArray<float>());
    }

    [Fact]
    public void Execute_StringsWithNulAndInvalidUtf8_PassByteForByte()
    {
        using var engine = new TestEngine(OnnxModels.Exclaim());
        byte[] bytes = [3, 0, 0, 0, 0xFF, 0, 0xC3, 0, 0, 0, 0];

        var result = engine.Run(new() { ["text"] = InferenceTensor.FromBytes(TensorDataType.Bytes, bytes, [1, 2]) })["loud"];

        Assert.Equal([4, 0, 0, 0, 0xFF, 0, 0xC3, (byte)'!', 1, 0, 0, 0, (byte)'!'], result.Bytes.ToArray());
    }

    [Fact]
    public void Execute_StringsOfManyLengthsInTurn_KeepNothingOfTheRunBefore()
    {
        using var engine = new TestEngine(OnnxModels.Exclaim());
        foreach (var text in new[] { "a long text that needs room", "b", "", new string('x', 10_000), "c" })
        {
            Assert.Equal([text + "!"], engine.Run(new() { ["text"] = InferenceTensor.FromStrings([text], 1, 1) })["loud"].ToStrings());
        }
    }

    [Fact]
    public void Execute_StateOnAxisOneAndSharedScalar_AnswersEachRowWithItsState()
    {
        using var engine = new TestEngine(OnnxModels.Stateful());

        var results = engine.Run(new()
        {
            ["x"] = InferenceTensor.Create([1f, 1f, 1f, 1f, 2f, 2f, 2f, 2f], 2, 4),
            ["state"] = InferenceTensor.Create([10f, 10f, 10f, 10f, 20f, 20f, 20f, 20f, 0f, 0f, 0f, 0f, 0f, 0f, 0f, 0f], 2, 2, 4),
            ["rate"] = InferenceTensor.Create([3L]),
        });

        Assert.Equal([33f, 33f, 33f, 33f, 66f, 66f, 66f, 66f], results["y"].ToArray<float>());
        Assert.Equal([2L, 2L, 4L], results["stateN"].Shape);
        Assert.Equal([11f, 22f], results["stateN"].ToArray<float>().Where((_, i) => i is 0 or 4));
        Assert.Equal([0, 1, null], engine.Metadata.Inputs.Select(input => input.BatchAxis));
        Assert.Equal([0, 1], engine.Metadata.Outputs.Select(output => output.BatchAxis!.Value));
    }

    [Fact]
    public void Execute_SymbolsPromiseAnotherShape_AnswersWithTheTrueOne()
    {
        // The graph claims that y has the rows of x, but it has twice as many.
        using var engine = new TestEngine(new OnnxModelWriter()
            .Input("x", TensorDataType.FP32, "batch", 2)
            .Output("y", TensorDataType.FP32, "batch", "m")
            .Output("z", TensorDataType.FP32, "batch", 2)
            .Initializer<long>("shape", [-1, 1], 2)
            .Node("Reshape", ["x", "shape"], ["y"])
            .Node("Add", ["x", "x"], ["z"]));
        for (var rows = 1; rows < 4; rows++)
        {
            var results = engine.Run(new() { ["x"] = InferenceTensor.Create(new float[rows * 2], rows, 2) });

            Assert.Equal([rows * 2L, 1L], results["y"].Shape);
            Assert.Equal([rows, 2L], results["z"].Shape);
        }
    }

    [Fact]
    public void Execute_OpenRank_TakesAndGivesAnyRank()
    {
        using var engine = new TestEngine(new OnnxModelWriter()
            .InputOfAnyRank("x", TensorDataType.FP32)
            .OutputOfAnyRank("y", TensorDataType.FP32)
            .Node("Identity", ["x"], ["y"]));

        Assert.Equal([2L, 3L], engine.Run(new() { ["x"] = InferenceTensor.Create(new float[6], 2, 3) })["y"].Shape);
        Assert.Equal([6L], engine.Run(new() { ["x"] = InferenceTensor.Create(new float[6], 6) })["y"].Shape);
        Assert.Equal([], engine.Run(new() { ["x"] = InferenceTensor.Create(new float[1]) })["y"].Shape);
    }

    [Fact]
    public void Execute_ShapesBeyondTheCache_KeepsABoundedNumberOfBindings()
    {
        using var engine = new TestEngine(OnnxModels.Identity());
        for (var round = 0; round < 2; round++)
        {
            for (var n = 1; n <= 300; n++)
            {
                var values = Enumerable.Range(0, n).Select(i => (float)i).ToArray();
                Assert.Equal(values, engine.Run(new() { ["x"] = InferenceTensor.Create(values, 1, n) })["y"].ToArray<float>());
            }
        }

        Assert.InRange(engine.Instance.BindingCount, 1, 256);
    }

    [Fact]
    public void Execute_SeveralInstancesAtOnce_AnswerEachItsOwn()
    {
        using var engine = new TestEngine(OnnxModels.Mlp(32, 64, 8));
        var expected = engine.Run(new() { ["x"] = InferenceTensor.Create(Enumerable.Repeat(1f, 32).ToArray(), 1, 32) })["y"].ToArray<float>();
        var failures = 0;

        var threads = Enumerable.Range(0, 4).Select(id => new Thread(() =>
        {
            using var instance = engine.Engine.CreateInstance(id);
            var batch = new InferenceBatch(engine.Metadata);
            for (var i = 0; i < 200; i++)
            {
                var rows = 1 + ((i + id) % 5);
                batch.Begin(rows);
                batch.SetInput(0, [rows, 32], rows * 32 * 4);
                batch.Want(0);
                instance.Prepare(batch);
                System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(instance.GetInput(0)).Fill(1);
                instance.Execute(batch);
                var last = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(instance.GetOutput(0))[^8..];
                for (var j = 0; j < 8; j++)
                {
                    if (Math.Abs(last[j] - expected[j]) > 1e-5)
                    {
                        Interlocked.Increment(ref failures);
                    }
                }
            }
        })).ToList();
        threads.ForEach(thread => thread.Start());
        threads.ForEach(thread => thread.Join());

        Assert.Equal(0, failures);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(8)]
    public void Execute_InSteadyState_AllocatesNothing(int rows)
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        var inputs = AddSubInputs(rows);
        var batch = engine.Describe(inputs);
        Cycle();
        Cycle();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Cycle();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle()
        {
            engine.Instance.Prepare(batch);
            engine.Instance.GetInput(0).Clear();
            engine.Instance.GetInput(1).Clear();
            engine.Instance.Execute(batch);
            _ = engine.Instance.GetOutput(0).Length + engine.Instance.GetOutputShape(1).Length;
        }
    }

    [Fact]
    public void Execute_AlternatingShapes_AllocatesNothingOnceEachWasSeen()
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        var batches = new InferenceBatch[3];
        for (var i = 0; i < batches.Length; i++)
        {
            batches[i] = new InferenceBatch(engine.Metadata);
            var rows = 1 << i;
            batches[i].Begin(rows);
            batches[i].SetInput(0, [rows, 16], rows * 64);
            batches[i].SetInput(1, [rows, 16], rows * 64);
            batches[i].Want(0);
            batches[i].Want(1);
        }

        Cycle(8);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Cycle(99);

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        void Cycle(int times)
        {
            for (var i = 0; i < times; i++)
            {
                engine.Instance.Prepare(batches[i % 3]);
                engine.Instance.GetInput(0).Clear();
                engine.Instance.Execute(batches[i % 3]);
            }
        }
    }

    [Fact]
    public void Execute_Strings_AllocateLittleOnceTheBuffersFit()
    {
        using var engine = new TestEngine(OnnxModels.Exclaim());
        var encoded = BytesEncoding.Encode(["one", "two"]);
        var inputs = new TensorCollection { ["text"] = InferenceTensor.FromBytes(TensorDataType.Bytes, encoded, [1, 2]) };
        var batch = engine.Describe(inputs);
        for (var i = 0; i < 3; i++)
        {
            Cycle();
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 50; i++)
        {
            Cycle();
        }

        // What binding and fetching an output of ONNX Runtime's own memory costs; no string and no array for each element.
        Assert.InRange((GC.GetAllocatedBytesForCurrentThread() - before) / 50, 0, 800);
        Assert.Equal("one!", Encoding.UTF8.GetString(engine.Instance.GetOutput(0)[4..8]));

        void Cycle()
        {
            engine.Instance.Prepare(batch);
            encoded.CopyTo(engine.Instance.GetInput(0));
            engine.Instance.Execute(batch);
        }
    }

    private static TensorCollection AddSubInputs(int rows) => new()
    {
        ["INPUT0"] = InferenceTensor.Create(new int[rows * 16], rows, 16),
        ["INPUT1"] = InferenceTensor.Create(new int[rows * 16], rows, 16),
    };
}
