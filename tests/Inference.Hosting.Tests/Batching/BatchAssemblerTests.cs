// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Tests.Batching.AssemblyBench;

namespace Inference.Hosting.Tests.Batching;

public sealed class BatchAssemblerTests
{
    [Fact]
    public void Assemble_StateOnAxis1_ComesBackToItsCaller()
    {
        // The shape of a stateful voice detector: rows on axis 0 of x, on axis 1 of its state, one sample rate for all.
        var bench = new AssemblyBench(
            Model(
                [
                    new TensorSpec("x", TensorDataType.FP32, [-1, 3]) { BatchAxis = 0 },
                    new TensorSpec("state", TensorDataType.FP32, [2, -1, 2]) { BatchAxis = 1 },
                    new TensorSpec("sr", TensorDataType.Int64, []),
                ],
                [
                    new TensorSpec("sum", TensorDataType.FP32, [-1, 1]) { BatchAxis = 0 },
                    new TensorSpec("next", TensorDataType.FP32, [2, -1, 2]) { BatchAxis = 1 },
                ]),
            (instance, batch) =>
            {
                Assert.Equal([2, 3, 2], batch.GetInputShape(1).ToArray());
                Assert.Equal(8, instance.GetInput(2).Length);
                var state = Floats(instance.GetInput(1));
                instance.SetOutput(0, InferenceTensor.Create(new float[] { 10, 20, 30 }, 3, 1));
                instance.SetOutput(1, InferenceTensor.Create(state.Select(value => value + 100).ToArray(), 2, 3, 2));
            });

        var responses = bench.RunWhole(Voice([1, 2, 3, 4], 1), Voice([5, 6, 7, 8, 9, 10, 11, 12], 2));

        Assert.Equal([101, 102, 103, 104], responses[0]["next"].ToArray<float>());
        Assert.Equal([2, 1, 2], responses[0]["next"].Shape);
        Assert.Equal([105, 106, 107, 108, 109, 110, 111, 112], responses[1]["next"].ToArray<float>());
        Assert.Equal([20, 30], responses[1]["sum"].ToArray<float>());

        static InferenceRequest Voice(float[] state, int rows) => Request(
            ("x", InferenceTensor.Create(new float[rows * 3], rows, 3)),
            ("state", InferenceTensor.Create(state, 2, rows, 2)),
            ("sr", InferenceTensor.Create(new long[] { 16000 })));
    }

    public static TheoryData<TensorDataType, double, byte[]> Pads => new()
    {
        { TensorDataType.Bool, 1, [1] },
        { TensorDataType.UInt8, 255, [255] },
        { TensorDataType.UInt16, 0x1234, [0x34, 0x12] },
        { TensorDataType.UInt32, 7, [7, 0, 0, 0] },
        { TensorDataType.UInt64, 7, [7, 0, 0, 0, 0, 0, 0, 0] },
        { TensorDataType.Int8, -1, [0xFF] },
        { TensorDataType.Int16, -2, [0xFE, 0xFF] },
        { TensorDataType.Int32, -100, [0x9C, 0xFF, 0xFF, 0xFF] },
        { TensorDataType.Int64, -1, [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF] },
        { TensorDataType.FP16, 1.5, [0x00, 0x3E] },
        { TensorDataType.BF16, -1.5, [0xC0, 0xBF] },
        { TensorDataType.FP32, -1.5, [0x00, 0x00, 0xC0, 0xBF] },
        { TensorDataType.FP64, 1.5, [0, 0, 0, 0, 0, 0, 0xF8, 0x3F] },
        { TensorDataType.Bytes, 7, [0, 0, 0, 0] },
    };

    [Theory]
    [MemberData(nameof(Pads))]
    public void Assemble_Padding_IsPadValueOfTheType(TensorDataType type, double value, byte[] encoded)
    {
        byte[]? seen = null;
        var bench = new AssemblyBench(
            Model([new TensorSpec("x", type, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, PadValue = value }]),
            (instance, batch) =>
            {
                seen = instance.GetInput(0).ToArray();
                seen.CopyTo(instance.SetOutput(0, batch.GetInputShape(0), seen.Length));
            });
        var one = InferenceTensor.FromBytes(type, new byte[Math.Max(type.GetElementSize(), 4 * (type == TensorDataType.Bytes ? 1 : 0))], [1, 1]);

        bench.Run([bench.Part(Request(("x", one)))], paddedLength: 3);

        Assert.Equal([.. one.Bytes, .. encoded, .. encoded], seen!);
    }

    [Fact]
    public void Assemble_RowsOfDifferentLength_ArePaddedAndMaskIsMade()
    {
        (long[] Ids, int[] Mask)? seen = null;
        var bench = new AssemblyBench(RaggedModel(), (instance, batch) =>
        {
            seen = (Longs(instance.GetInput(0)), Ints(instance.GetInput(1)));
            instance.SetOutput(0, InferenceTensor.Create(seen.Value.Ids, 4, 4));
        });
        var withMask = Request(("ids", Ids([7, 8, 9], 1)), ("mask", InferenceTensor.Create(new[] { 1, 0, 1 }, 1, 3)));

        bench.Run([bench.Part(Request(("ids", Ids([1, 2, 3, 4], 2)))), bench.Part(withMask)], paddedRows: 4, paddedLength: 4);

        Assert.Equal([1, 2, 99, 99, 3, 4, 99, 99, 7, 8, 9, 99, 7, 8, 9, 99], seen!.Value.Ids);
        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0, 1, 0, 1, 0, 1, 0, 1, 0], seen.Value.Mask);
    }

    [Fact]
    public void Scatter_RaggedOutputWithScale_IsCutBackRoundedUp()
    {
        var bench = new AssemblyBench(
            Model(
                [new TensorSpec("x", TensorDataType.FP32, [-1, 1, -1]) { BatchAxis = 0, RaggedAxis = 2 }],
                [new TensorSpec("y", TensorDataType.FP32, [-1, -1, 2]) { BatchAxis = 0, RaggedAxis = 1, RaggedScale = 0.125 }]),
            (instance, _) => instance.SetOutput(0, InferenceTensor.Create(Enumerable.Range(0, 12).Select(i => (float)i).ToArray(), 2, 3, 2)));

        var responses = bench.RunWhole(
            Request(("x", InferenceTensor.Create(new float[24], 1, 1, 24))), Request(("x", InferenceTensor.Create(new float[9], 1, 1, 9))));

        Assert.Equal([0, 1, 2, 3, 4, 5], responses[0]["y"].ToArray<float>());
        Assert.Equal([6, 7, 8, 9], responses[1]["y"].ToArray<float>());
        Assert.Equal([1, 2, 2], responses[1]["y"].Shape);
    }

    [Fact]
    public void Scatter_UnionOfOutputs_GivesEachItsOwn()
    {
        var wanted = new List<bool>();
        var bench = new AssemblyBench(
            Model(
                [new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }],
                [.. "abc".Select(name => new TensorSpec(name.ToString(), TensorDataType.FP32, [-1]) { BatchAxis = 0 })]),
            (instance, batch) =>
            {
                wanted.AddRange(Enumerable.Range(0, 3).Select(batch.Wants));
                instance.SetOutput(0, InferenceTensor.Create(new float[] { 1, 2 }, 2));
                instance.SetOutput(2, InferenceTensor.Create(new float[] { 3, 4 }, 2));
            });
        var (first, second) = (Single(1), Single(2));
        first.Outputs = ["a"];
        second.Outputs = ["c", "a"];

        var responses = bench.RunWhole(first, second);

        Assert.Equal([true, false, true], wanted);
        Assert.Equal(["a"], responses[0].Outputs.Select(output => output.Key));
        Assert.Equal(["c", "a"], responses[1].Outputs.Select(output => output.Key));
        Assert.Equal((1f, 4f, 2f), (One(responses[0]["a"]), One(responses[1]["c"]), One(responses[1]["a"])));
    }

    [Fact]
    public void Scatter_WrongRowCount_IsEngineFailureThatNamesTheOutput()
    {
        var bench = new AssemblyBench(
            Model([new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }]),
            (instance, _) => instance.SetOutput(0, InferenceTensor.Create(new float[5], 5)));

        var exception = Assert.Throws<EngineException>(() => bench.RunWhole(Single(1), Single(2)));

        Assert.Equal(EngineFault.Run, exception.Fault);
        Assert.Equal(
            "The model gave output 'x_out' with shape [5] where axis 0 should hold the 2 rows of the run: it cannot be cut into the rows of its callers.",
            exception.PublicMessage);
    }

    [Fact]
    public void Scatter_OutputWithoutRows_IsGivenToALoneCallerOnly()
    {
        var bench = new AssemblyBench(
            Model([new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }], [new TensorSpec("total", TensorDataType.FP32, [-1, 2])]),
            (instance, _) => instance.SetOutput(0, InferenceTensor.Create(new float[] { 1, 2, 3, 4 }, 2, 2)));

        Assert.Equal([1, 2, 3, 4], bench.RunWhole(Single(1))[0]["total"].ToArray<float>());
        var exception = Assert.Throws<EngineException>(() => bench.RunWhole(Single(1), Single(2)));
        Assert.Contains("without rows, from a run that 2 callers or padding shared", exception.PublicMessage, StringComparison.Ordinal);
        Assert.Throws<EngineException>(() => bench.Run([bench.Part(Single(1))], paddedRows: 2));
    }

    [Fact]
    public void Scatter_ModelWithoutBatching_GivesWholeTensors()
    {
        var bench = new AssemblyBench(
            Model(
                [new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }],
                [new TensorSpec("boxes", TensorDataType.FP32, [-1, 2])],
                batches: false),
            (instance, batch) =>
            {
                Assert.Equal([3], batch.GetInputShape(0).ToArray());
                instance.SetOutput(0, InferenceTensor.Create(new float[8], 4, 2));
            });

        var responses = bench.RunWhole(Request(("x", InferenceTensor.Create(new float[3], 3))));

        Assert.Equal([4, 2], responses[0]["boxes"].Shape);
    }

    [Fact]
    public void Scatter_ShorterDataThanShape_IsEngineFailure()
    {
        var bench = new AssemblyBench(
            Model([new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }]),
            (instance, _) => instance.SetOutput(0, [1], 3));

        Assert.Throws<EngineException>(() => bench.RunWhole(Single(1)));
    }

    [Fact]
    public void Scatter_AgainAfterFailure_Overwrites()
    {
        var value = 1f;
        var bench = new AssemblyBench(
            Model([new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }]),
            (instance, batch) => instance.SetOutput(0, InferenceTensor.Create(Enumerable.Repeat(value++, batch.Rows).ToArray(), batch.Rows)));
        var request = Request(("x", InferenceTensor.Create(new float[4], 4)));
        var whole = bench.Part(request);

        bench.Run([whole]);
        bench.Run([bench.Part(request, 0, 2, whole.Response)]);
        bench.Run([bench.Part(request, 2, 2, whole.Response)]);
        whole.Response.Complete();

        using var response = new InferenceResponse(whole.Response);
        Assert.Equal([2, 2, 3, 3], response["x_out"].ToArray<float>());
    }

    [Fact]
    public void Assemble_BeyondTwoGigabytes_IsOutOfMemory()
    {
        var bench = new AssemblyBench(Model([new TensorSpec("x", TensorDataType.FP64, [-1, 1 << 20]) { BatchAxis = 0 }]));
        var part = bench.Part(Request(("x", InferenceTensor.Create(new double[1 << 20], 1, 1 << 20))));

        var exception = Assert.Throws<EngineException>(() => bench.Run([part], paddedRows: 300));

        Assert.Equal(EngineFault.OutOfMemory, exception.Fault);
    }

    [Fact]
    public void Assemble_InputTakenOffWhileQueued_IsTheDataAtFault()
    {
        var bench = new AssemblyBench(Model([new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }]));
        var (first, second) = (Single(1), Single(2));
        var parts = new[] { bench.Part(first), bench.Part(second) };
        second.Reset();

        Assert.Equal(EngineFault.Data, Assert.Throws<EngineException>(() => bench.Run(parts)).Fault);
    }

    private static ModelMetadata RaggedModel() => Model(
        [
            new TensorSpec("ids", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, PadValue = 99 },
            new TensorSpec("mask", TensorDataType.Int32, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, IsMask = true },
        ],
        [new TensorSpec("y", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 }]);

    private static InferenceTensor Ids(long[] values, int rows) => InferenceTensor.Create(values, rows, values.Length / rows);

    private static InferenceRequest Single(float value) => Request(("x", InferenceTensor.Create(new[] { value }, 1)));

    private static float One(InferenceTensor tensor) => Assert.Single(tensor.ToArray<float>());

    private static float[] Floats(ReadOnlySpan<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(bytes).ToArray();

    private static long[] Longs(ReadOnlySpan<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, long>(bytes).ToArray();

    private static int[] Ints(ReadOnlySpan<byte> bytes) => System.Runtime.InteropServices.MemoryMarshal.Cast<byte, int>(bytes).ToArray();
}
