// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Generated;

/// <summary>What the models of <see cref="ConformanceModels"/> are made of.</summary>
internal static class GeneratedModels
{
    private const int Batch = 8;
    private const int Width = 16;

    /// <summary>The datatypes that JSON can carry in every server.</summary>
    public static IReadOnlyList<TensorDataType> JsonTypes { get; } =
        [.. Enum.GetValues<TensorDataType>().Where(type => type is not (TensorDataType.FP16 or TensorDataType.BF16))];

    public static IReadOnlyList<GeneratedModel> All { get; } =
    [
        new(
            ConformanceModels.AddSub,
            Batch,
            [("INPUT0", TensorDataType.Int32, Width), ("INPUT1", TensorDataType.Int32, Width)],
            [("OUTPUT0", TensorDataType.Int32, Width), ("OUTPUT1", TensorDataType.Int32, Width)],
            [("Add", ["INPUT0", "INPUT1"], "OUTPUT0"), ("Sub", ["INPUT0", "INPUT1"], "OUTPUT1")]),
        new(
            ConformanceModels.Types,
            Batch,
            [.. JsonTypes.Select(type => (In(type), type, -1))],
            [.. JsonTypes.Select(type => (Out(type), type, -1))],
            [.. JsonTypes.Select(type => ("Identity", new[] { In(type) }, Out(type)))]),
        Identity(ConformanceModels.Floats, TensorDataType.FP32),
        Identity(ConformanceModels.Halves, TensorDataType.FP16),
    ];

    public static string In(TensorDataType type) => "IN_" + type.ToV2Name();

    public static string Out(TensorDataType type) => "OUT_" + type.ToV2Name();

    private static GeneratedModel Identity(string name, TensorDataType type)
        => new(name, Batch, [("INPUT", type, -1)], [("OUTPUT", type, -1)], [("Identity", ["INPUT"], "OUTPUT")]);
}
