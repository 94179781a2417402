// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>The shape of a mask that a caller left out: dimensions that vary are 1, batch and ragged axes apart.</summary>
internal static class MaskShape
{
    /// <summary>Rank of the mask: that of the metadata, or just enough for its axes.</summary>
    public static int Rank(InputPlan input)
        => input.IsOpenRank ? Math.Max(input.BatchAxis, input.RaggedAxis) + 1 : input.Dimensions.Length;

    /// <summary>One dimension, apart from batch and ragged axes.</summary>
    public static long Dimension(InputPlan input, int axis)
        => input.IsOpenRank || input.Dimensions[axis] < 0 ? 1 : input.Dimensions[axis];

    /// <summary>Writes what the key of a mask of that shape would hold.</summary>
    public static void WriteKey(ref KeyWriter key, InputPlan input)
    {
        if (input.IsOpenRank)
        {
            key.Write(Rank(input));
        }

        for (var axis = 0; axis < Rank(input); axis++)
        {
            if (axis != input.BatchAxis && axis != input.RaggedAxis && (input.IsOpenRank || input.Dimensions[axis] < 0))
            {
                key.Write(1);
            }
        }
    }
}
