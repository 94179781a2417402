// SPDX-License-Identifier: Apache-2.0

using System.Numerics;

namespace Inference.Hosting.Batching;

/// <summary>The sizes at which costs are learned: 1 2 3 4 6 8 12 16 24 32 … so that neighbours differ by half at most.</summary>
internal static class AnchorGrid
{
    /// <summary>Anchors up to 65,536.</summary>
    public const int Count = 32;

    private static readonly int[] _values = [.. Enumerable.Range(0, Count).Select(Compute)];

    public static int Value(int index) => _values[index];

    /// <summary>The last anchor that is not larger.</summary>
    public static int Floor(int size)
    {
        // Asked of the size and not of its logarithm: for the latter the AOT compiler of SDK 10.0.401 reads the array before it branches.
        if (size <= 1)
        {
            return 0;
        }

        var log = BitOperations.Log2((uint)size);
        var power = (2 * log) - 1;
        return Math.Min(power + (size >= _values[power] + (_values[power] >> 1) ? 1 : 0), Count - 1);
    }

    /// <summary>The anchor with the least ratio to a size.</summary>
    public static int Nearest(int size)
    {
        var floor = Floor(size);
        return floor + 1 < Count && (long)size * size > (long)_values[floor] * _values[floor + 1] ? floor + 1 : floor;
    }

    private static int Compute(int index)
        => index == 0 ? 1 : (index & 1) == 1 ? 1 << ((index + 1) / 2) : 3 << ((index / 2) - 1);
}
