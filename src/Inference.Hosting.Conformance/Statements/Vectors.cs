// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Generated;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>What the generated models are sent, and what they must answer.</summary>
internal static class Vectors
{
    private const int Width = 16;

    /// <summary>1, 2, 3, … twice; for the second input of further rows times the row, so that a swapped row shows.</summary>
    public static (WireTensor[] Inputs, WireTensor[] Outputs) AddSub(int rows)
    {
        var left = Enumerable.Range(1, rows * Width).ToArray();
        var right = left.Select((value, i) => value * ((i / Width) + 1)).ToArray();
        long[] shape = [rows, Width];
        return (
            [WireTensor.Of("INPUT0", shape, left), WireTensor.Of("INPUT1", shape, right)],
            [
                WireTensor.Of("OUTPUT0", shape, [.. left.Zip(right, (a, b) => a + b)]),
                WireTensor.Of("OUTPUT1", shape, [.. left.Zip(right, (a, b) => a - b)]),
            ]);
    }

    /// <summary>Three elements of every datatype that JSON can carry.</summary>
    public static WireTensor[] Types() => [.. GeneratedModels.JsonTypes.Select(type => Values(GeneratedModels.In(type), type))];

    /// <summary>What inputs of the identity of all types come back as.</summary>
    public static WireTensor[] Expected(IEnumerable<WireTensor> inputs) => [.. inputs.Select(input => input with { Name = GeneratedModels.Out(input.Type) })];

    public static WireTensor Halves(string name) => WireTensor.Of(name, [1, 3], (Half)0.5f, (Half)(-65504), (Half)0.1f);

    /// <summary>The classes of the classification extension's own example.</summary>
    public static WireTensor Classes() => WireTensor.Of("INPUT", [1, 4], 1f, 5f, 10f, 4f);

    /// <summary>What JSON has no word for.</summary>
    public static WireTensor NotFinite(string name) => WireTensor.Of(name, [1, 4], float.NaN, float.PositiveInfinity, float.NegativeInfinity, 0.1f);

    private static WireTensor Values(string name, TensorDataType type)
    {
        long[] shape = [1, 3];
        return type switch
        {
            TensorDataType.Bool => WireTensor.Of(name, shape, true, false, true),
            TensorDataType.UInt8 => WireTensor.Of<byte>(name, shape, 0, 1, byte.MaxValue),
            TensorDataType.UInt16 => WireTensor.Of<ushort>(name, shape, 0, 1, ushort.MaxValue),
            TensorDataType.UInt32 => WireTensor.Of<uint>(name, shape, 0, 1, uint.MaxValue),
            TensorDataType.UInt64 => WireTensor.Of<ulong>(name, shape, 0, (1UL << 53) + 1, ulong.MaxValue),
            TensorDataType.Int8 => WireTensor.Of<sbyte>(name, shape, sbyte.MinValue, -1, sbyte.MaxValue),
            TensorDataType.Int16 => WireTensor.Of<short>(name, shape, short.MinValue, -1, short.MaxValue),
            TensorDataType.Int32 => WireTensor.Of(name, shape, int.MinValue, -1, int.MaxValue),
            TensorDataType.Int64 => WireTensor.Of(name, shape, long.MinValue, (1L << 53) + 1, long.MaxValue),
            TensorDataType.FP32 => WireTensor.Of(name, shape, 0.1f, -1.5f, 3e38f),
            TensorDataType.FP64 => WireTensor.Of(name, shape, 0.1, -1.5, 1e300),
            _ => WireTensor.OfText(name, shape, "", "a\"\\\n", "日本 ä 🐈"),
        };
    }
}
