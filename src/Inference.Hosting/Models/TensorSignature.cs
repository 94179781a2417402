// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Models;

/// <summary>Whether one model takes and gives the tensors of another.</summary>
internal static class TensorSignature
{
    /// <summary>Why <paramref name="other"/> cannot stand in for <paramref name="asked"/>; null when it can, or one of them is not known.</summary>
    public static string? FindDifference(ModelMetadata? asked, ModelMetadata? other)
        => asked is null || other is null
            ? null
            : FindDifference("input", asked.Inputs, other.Inputs) ?? FindDifference("output", asked.Outputs, other.Outputs);

    private static string? FindDifference(string kind, IReadOnlyList<TensorSpec> asked, IReadOnlyList<TensorSpec> other)
    {
        foreach (var spec in asked)
        {
            var match = other.FirstOrDefault(candidate => candidate.Name == spec.Name);
            if (match is null)
            {
                return $"it has no {kind} '{spec.Name}'";
            }

            if (match.DataType != spec.DataType || !Fits(spec.Shape, match.Shape))
            {
                return $"its {kind} '{spec.Name}' is {match.DataType.ToV2Name()}{match.Shape}, not {spec.DataType.ToV2Name()}{spec.Shape}";
            }
        }

        var more = other.FirstOrDefault(spec => asked.All(known => known.Name != spec.Name));
        return more is null ? null : $"its {kind} '{more.Name}' is one more";
    }

    // An open dimension may turn out to be anything.
    private static bool Fits(TensorShape asked, TensorShape other)
    {
        if (asked.Rank != other.Rank)
        {
            return false;
        }

        for (var i = 0; i < asked.Rank; i++)
        {
            if (asked[i] != other[i] && asked[i] >= 0 && other[i] >= 0)
            {
                return false;
            }
        }

        return true;
    }
}
