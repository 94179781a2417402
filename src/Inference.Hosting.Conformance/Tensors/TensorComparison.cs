// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Tensors;

/// <summary>Whether two answers say the same.</summary>
internal static class TensorComparison
{
    private const double Tolerance = 1e-3;

    /// <summary>Bit for bit, under the same name.</summary>
    public static void Exact(IEnumerable<WireTensor> outputs, params WireTensor[] expected)
    {
        foreach (var one in expected)
        {
            var actual = Find(outputs, one.Name);
            Expect.That(actual.Type == one.Type, $"output '{one.Name}' is {actual.Type.ToV2Name()} instead of {one.Type.ToV2Name()}");
            Expect.That(
                actual.Shape.SequenceEqual(one.Shape),
                $"output '{one.Name}' has the shape [{string.Join(',', actual.Shape)}] instead of [{string.Join(',', one.Shape)}]");
            Expect.That(actual.Raw.AsSpan().SequenceEqual(one.Raw), $"output '{one.Name}' is {Elements.Describe(actual)} instead of {Elements.Describe(one)}");
        }
    }

    /// <summary>Within what devices differ by from run to run.</summary>
    /// <param name="expected">One answer.</param>
    /// <param name="outputs">Another.</param>
    /// <param name="where">Where the first one came from, for the message.</param>
    public static void Same(IReadOnlyList<WireTensor> expected, IReadOnlyList<WireTensor> outputs, string where)
    {
        foreach (var one in expected)
        {
            var other = Find(outputs, one.Name);
            Expect.That(IsSame(one, other), $"output '{one.Name}' is {Elements.Describe(other)}, but {where} it is {Elements.Describe(one)}");
        }
    }

    public static bool IsSame(IReadOnlyList<WireTensor> left, IReadOnlyList<WireTensor> right)
        => left.All(one => right.FirstOrDefault(other => other.Name == one.Name) is { } other && IsSame(one, other));

    public static WireTensor Find(IEnumerable<WireTensor> outputs, string name)
        => outputs.FirstOrDefault(output => output.Name == name) ?? throw new StatementFailedException($"output '{name}' is missing");

    private static bool IsSame(WireTensor left, WireTensor right)
    {
        if (left.Type != right.Type || !left.Shape.SequenceEqual(right.Shape) || left.Raw.Length != right.Raw.Length)
        {
            return false;
        }

        if (left.Type is not (TensorDataType.FP16 or TensorDataType.FP32 or TensorDataType.FP64))
        {
            return left.Raw.AsSpan().SequenceEqual(right.Raw);
        }

        for (var i = 0; i < left.Raw.Length; i += left.Type.GetElementSize())
        {
            var (a, b) = (Read(left.Type, left.Raw.AsSpan(i)), Read(right.Type, right.Raw.AsSpan(i)));

            // JSON may say null for whatever is not finite.
            var isNear = Math.Abs(a - b) <= Tolerance * Math.Max(1, Math.Max(Math.Abs(a), Math.Abs(b)));
            if (!isNear && !a.Equals(b) && (double.IsFinite(a) || double.IsFinite(b)))
            {
                return false;
            }
        }

        return true;
    }

    private static double Read(TensorDataType type, ReadOnlySpan<byte> bytes) => type switch
    {
        TensorDataType.FP16 => (double)BinaryPrimitives.ReadHalfLittleEndian(bytes),
        TensorDataType.FP32 => BinaryPrimitives.ReadSingleLittleEndian(bytes),
        _ => BinaryPrimitives.ReadDoubleLittleEndian(bytes),
    };
}
