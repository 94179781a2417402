// SPDX-License-Identifier: Apache-2.0

using System.Globalization;

namespace Inference.Hosting.Models;

/// <summary>Orders versions oldest first: dotted numbers by value, all else as text after them.</summary>
internal sealed class VersionComparer : IComparer<string>
{
    public static VersionComparer Instance { get; } = new();

    public int Compare(string? x, string? y)
    {
        var (left, right) = (Parse(x), Parse(y));
        if (left is null || right is null)
        {
            return left is null && right is null
                ? string.CompareOrdinal(x, y)
                : left is null ? 1 : -1;
        }

        for (var i = 0; i < Math.Max(left.Length, right.Length); i++)
        {
            var order = left.ElementAtOrDefault(i).CompareTo(right.ElementAtOrDefault(i));
            if (order != 0)
            {
                return order;
            }
        }

        return string.CompareOrdinal(x, y);
    }

    private static ulong[]? Parse(string? version)
    {
        var parts = (version ?? "").Split('.');
        var numbers = new ulong[parts.Length];
        for (var i = 0; i < parts.Length; i++)
        {
            if (!ulong.TryParse(parts[i], NumberStyles.None, CultureInfo.InvariantCulture, out numbers[i]))
            {
                return null;
            }
        }

        return numbers;
    }
}
