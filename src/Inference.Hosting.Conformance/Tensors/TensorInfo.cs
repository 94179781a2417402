// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Tensors;

/// <summary>A tensor as metadata describes it.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Datatype">Its type as the server wrote it.</param>
/// <param name="Shape">-1 where a dimension is free.</param>
internal sealed record TensorInfo(string Name, string Datatype, IReadOnlyList<long> Shape)
{
    /// <summary>The type, or null when the protocol has none of that name.</summary>
    public TensorDataType? Type => TensorDataTypes.TryParse(Datatype, out var type) ? type : null;

    /// <summary>Whether its elements can stand in JSON: servers refuse halves there, and may.</summary>
    public bool IsJson => Type is not (null or TensorDataType.FP16 or TensorDataType.BF16);

    /// <summary>Whether a shape is one that this describes.</summary>
    public bool Fits(IReadOnlyList<long> shape)
        => shape.Count == Shape.Count && shape.Zip(Shape).All(pair => pair.Second == -1 || pair.First == pair.Second);
}
