// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Tests.Batching.AssemblyBench;

namespace Inference.Hosting.Tests.Batching;

public sealed class ResponsePoolTests
{
    [Fact]
    public void Return_TwiceByTheResponse_CountsOnce()
    {
        var bench = Numbers(1000);
        var response = bench.RunWhole(Row(1000))[0];

        response.Dispose();
        response.Dispose();

        Assert.Equal((1, 1), (bench.Pool.Rented, bench.Pool.Returned));
        Assert.Equal((1, 1), (bench.Pool.Buffers.Rented, bench.Pool.Buffers.Returned));
        Assert.Throws<ObjectDisposedException>(() => response.Outputs);
    }

    [Fact]
    public void Return_WithoutComplete_GivesMemoryBack()
    {
        var bench = Numbers(1000);
        var part = bench.Part(Row(1000));
        bench.Run([part]);

        part.Response.Return();

        Assert.Equal(bench.Pool.Buffers.Rented, bench.Pool.Buffers.Returned);
        Assert.Equal(bench.Pool.Rented, bench.Pool.Returned);
    }

    [Theory]
    [InlineData(10)]
    [InlineData(1000)]
    public void Return_WithPoison_SpoilsWhatIsReadTooLate(int width)
    {
        var bench = Numbers(width);
        var before = TensorBufferPool.Poison;
        TensorBufferPool.Poison = true;
        try
        {
            var response = bench.RunWhole(Row(width))[0];
            var stale = response["x_out"];
            Assert.Equal(1f, stale.AsSpan<float>()[0]);

            response.Dispose();

            Assert.Equal(0xDD, stale.Bytes[0]);
        }
        finally
        {
            TensorBufferPool.Poison = before;
        }
    }

    [Fact]
    public void Rent_AfterReturn_ReusesObjectAndKnowsNothingOfBefore()
    {
        var bench = Numbers(4);
        var first = bench.Part(Row(4));
        bench.Run([first]);
        first.Response.Complete();
        new InferenceResponse(first.Response).Dispose();

        var second = bench.Part(Row(4));

        Assert.Same(first.Response, second.Response);
        Assert.Empty(second.Response.Outputs);
    }

    [Fact]
    public void RentEmpty_GivesEveryWantedOutputWithoutRows()
    {
        var bench = new AssemblyBench(Model(
            [new TensorSpec("x", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 }],
            [
                new TensorSpec("a", TensorDataType.FP32, [-1, -1, 3]) { BatchAxis = 0, RaggedAxis = 1, RaggedScale = 0.5 },
                new TensorSpec("b", TensorDataType.Bytes, [2, -1]) { BatchAxis = 1 },
            ]));
        var request = Request(("x", InferenceTensor.Create(Array.Empty<float>(), 0, 7)));
        request.Outputs = ["b", "a"];

        using var response = new InferenceResponse(bench.Pool.RentEmpty(bench.Analyzer.Analyze(request)));

        Assert.Equal(["b", "a"], response.Outputs.Select(output => output.Key));
        Assert.Equal([0, 4, 3], response["a"].Shape);
        Assert.Equal([2, 0], response["b"].Shape);
        Assert.Empty(response["b"].ToStrings());
    }

    [Fact]
    public void Reserve_PartsWithUnequalShapes_IsEngineFailureThatSaysSo()
    {
        var width = 2;
        var bench = new AssemblyBench(
            Model([new TensorSpec("x", TensorDataType.FP32, [-1]) { BatchAxis = 0 }], [new TensorSpec("y", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0 }]),
            (instance, batch) => instance.SetOutput(0, InferenceTensor.Create(new float[batch.Rows * width], batch.Rows, width++)));
        var request = Request(("x", InferenceTensor.Create(new float[4], 4)));
        var first = bench.Part(request, 0, 2);

        bench.Run([first]);
        var exception = Assert.Throws<EngineException>(() => bench.Run([bench.Part(request, 2, 2, first.Response)]));

        Assert.Equal(
            "Output 'y' came out as [4,2] and as [4,3] in two runs that shared the rows of this request, so they cannot be joined: send fewer rows at a time.",
            exception.PublicMessage);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    public void Complete_SplitTextOutput_IsJoinedInOrder(int axis)
    {
        long[] shape = axis == 0 ? [5, 2] : [2, 5];
        var bench = new AssemblyBench(Model([new TensorSpec("s", TensorDataType.Bytes, axis == 0 ? [-1, 2] : [2, -1]) { BatchAxis = axis }]));
        string[] texts = [.. Enumerable.Range(0, 10).Select(i => new string('a', i * 37))];
        var request = Request(("s", InferenceTensor.FromStrings(texts, shape)));
        var last = bench.Part(request, 3, 2);

        bench.Run([last, bench.Part(request, 0, 1, last.Response)]);
        bench.Run([bench.Part(request, 1, 2, last.Response)]);

        // A part that runs again must not show twice.
        bench.Run([bench.Part(request, 1, 1, last.Response)]);
        bench.Run([bench.Part(request, 2, 1, last.Response)]);
        last.Response.Complete();
        using (var response = new InferenceResponse(last.Response))
        {
            Assert.Equal(shape, response["s_out"].Shape);
            Assert.Equal(texts, response["s_out"].ToStrings());
        }

        Assert.Equal(bench.Pool.Buffers.Rented, bench.Pool.Buffers.Returned);
    }

    [Fact]
    public void Rent_ManyAtOnce_KeepsABoundedNumber()
    {
        var bench = Numbers(4);
        var layout = bench.Analyzer.Analyze(Row(4));
        PooledResponse[] responses = [.. Enumerable.Range(0, 5000).Select(_ => bench.Pool.Rent(layout))];
        foreach (var response in responses)
        {
            response.Return();
        }

        var kept = Enumerable.Range(0, 5000).Select(_ => bench.Pool.Rent(layout)).Count(responses.ToHashSet().Contains);

        Assert.InRange(kept, 1, 1024);
    }

    private static AssemblyBench Numbers(int width) => new(Model([new TensorSpec("x", TensorDataType.FP32, [-1, width]) { BatchAxis = 0 }]));

    private static InferenceRequest Row(int width)
        => Request(("x", InferenceTensor.Create(Enumerable.Repeat(1f, width).ToArray(), 1, width)));
}
