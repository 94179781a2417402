// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Tests.Batching.AssemblyBench;

namespace Inference.Hosting.Tests.Batching;

public sealed class AllocationTests
{
    public static TheoryData<string> Kinds => ["fixed", "large", "ragged", "free", "shared", "bytes", "axis1"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void AnalyzeAssembleScatter_SteadyState_AllocatesNothing(string kind)
    {
        var bench = new AssemblyBench(Model(Specs(kind)));
        InferenceRequest[] requests = [.. Enumerable.Range(1, 8).Select(i => NewRequest(kind, bench.Metadata, i))];
        foreach (var request in requests)
        {
            request.Outputs = ["x_out"];
        }

        var parts = new BatchPart[requests.Length];
        for (var i = 0; i < 200; i++)
        {
            Turn(bench, requests, parts);
        }

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 100; i++)
        {
            Turn(bench, requests, parts);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static void Turn(AssemblyBench bench, InferenceRequest[] requests, BatchPart[] parts)
    {
        for (var i = 0; i < requests.Length; i++)
        {
            var layout = bench.Analyzer.Analyze(requests[i]);
            parts[i] = new(requests[i], layout, bench.Pool.Rent(layout), 0, layout.Rows);
        }

        bench.Run(parts, paddedRows: 40);
        foreach (ref readonly var part in parts.AsSpan())
        {
            part.Response.Complete();
            part.Response.Return();
        }
    }

    private static TensorSpec[] Specs(string kind) => kind switch
    {
        "fixed" => [new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }],
        "large" => [new TensorSpec("x", TensorDataType.FP32, [-1, 4000]) { BatchAxis = 0 }],
        "free" => [new TensorSpec("x", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0 }],
        "bytes" => [new TensorSpec("x", TensorDataType.Bytes, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 }],
        "axis1" => [new TensorSpec("x", TensorDataType.FP32, [2, -1, 4]) { BatchAxis = 1 }],
        "shared" =>
        [
            new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 },
            new TensorSpec("sr", TensorDataType.Int64, []),
        ],
        _ =>
        [
            new TensorSpec("x", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 },
            new TensorSpec("mask", TensorDataType.Int64, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1, IsMask = true },
        ],
    };

    private static InferenceRequest NewRequest(string kind, ModelMetadata metadata, int i) => kind switch
    {
        "fixed" => Request(("x", InferenceTensor.Create(new float[i * 4], i, 4))),
        "large" => Request(("x", InferenceTensor.Create(new float[i * 4000], i, 4000))),
        "free" => Request(("x", InferenceTensor.Create(new float[i * 3], i, 3))),
        "bytes" => Request(("x", InferenceTensor.FromStrings([.. Enumerable.Repeat("text", 2 * i)], 2, i))),
        "axis1" => Request(("x", InferenceTensor.Create(new float[2 * i * 4], 2, i, 4))),
        "shared" => Request(
            ("x", InferenceTensor.Create(new float[i * 4], i, 4)), ("sr", InferenceTensor.Create(new long[] { 16000 }))),
        _ => WarmupSample.Create(metadata, i * 3, rows: 2),
    };
}
