// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Tests.Batching.AssemblyBench;

namespace Inference.Hosting.Tests.Batching;

public sealed class NonFiniteScanTests
{
    public static TheoryData<TensorDataType, byte[]> Values => new()
    {
        { TensorDataType.FP32, BitConverter.GetBytes(float.NaN) },
        { TensorDataType.FP32, BitConverter.GetBytes(float.NegativeInfinity) },
        { TensorDataType.FP64, BitConverter.GetBytes(double.NaN) },
        { TensorDataType.FP16, BitConverter.GetBytes(Half.PositiveInfinity) },
        { TensorDataType.BF16, [0xC0, 0x7F] },
    };

    [Theory]
    [MemberData(nameof(Values))]
    public void Find_BadRow_MarksItsPartOnly(TensorDataType type, byte[] bad)
    {
        // Wide enough for the vector path and a rest.
        const int Width = 37;
        var size = type.GetElementSize();
        var bench = new AssemblyBench(Model([new TensorSpec("x", type, [-1, Width]) { BatchAxis = 0 }]));
        for (var position = 0; position < Width; position++)
        {
            var data = new byte[2 * Width * size];
            bad.CopyTo(data, (Width + position) * size);
            var (clean, spoiled) = (new byte[Width * size], data);
            BatchPart[] parts = [Part(clean, 1), Part(spoiled, 2), Part(clean, 1)];
            bench.Run(parts);
            var found = new bool[5];

            Assert.Equal(1, new NonFiniteScan(bench.Metadata).Find(bench.Instance, bench.Batch, parts, found));
            Assert.Equal([false, true, false], found[..3]);
        }

        BatchPart Part(byte[] data, int rows) => bench.Part(Request(("x", InferenceTensor.FromBytes(type, data, [rows, Width]))));
    }

    [Fact]
    public void Find_InPaddingOrUnwantedOutput_IsNoFault()
    {
        var bench = new AssemblyBench(
            Model(
                [new TensorSpec("x", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 }],
                [
                    new TensorSpec("y", TensorDataType.FP32, [-1, -1]) { BatchAxis = 0, RaggedAxis = 1 },
                    new TensorSpec("z", TensorDataType.FP32, [-1]) { BatchAxis = 0 },
                    new TensorSpec("i", TensorDataType.Int32, [-1]) { BatchAxis = 0 },
                ]),
            (instance, _) =>
            {
                instance.SetOutput(0, InferenceTensor.Create(new[] { 1, float.NaN, 1, 1 }, 2, 2));
                instance.SetOutput(1, InferenceTensor.Create(new[] { 1, float.NaN }, 2));
                instance.SetOutput(2, InferenceTensor.Create(new[] { -1, -1 }, 2));
            });
        var short1 = Request(("x", InferenceTensor.Create(new float[1], 1, 1)));
        var long1 = Request(("x", InferenceTensor.Create(new float[2], 1, 2)));
        long1.Outputs = ["y", "i"];
        BatchPart[] parts = [bench.Part(short1), bench.Part(long1)];
        bench.Run(parts);

        Assert.Equal(0, new NonFiniteScan(bench.Metadata).Find(bench.Instance, bench.Batch, parts, new bool[2]));
    }
}
