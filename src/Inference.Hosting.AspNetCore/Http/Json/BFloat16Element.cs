// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>The nearest BF16, by way of FP64.</summary>
internal readonly struct BFloat16Element : INumberElement<ushort>
{
    public static string Expected => "a number in the range of BF16";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
        => NumberText.TryAppend<BFloat16Element, ushort>(ref reader, target);

    public static bool TryConvert(ReadOnlySpan<byte> text, in NumberParts parts, out ushort value)
    {
        value = 0;
        return JsonNumber.TryConvert(text, parts, out double wide) && TryRound(wide, out value);
    }

    internal static bool TryRound(double value, out ushort result)
    {
        // Rounded to odd first, so that the second rounding sees on which side of a tie the value was.
        var narrow = (float)value;
        var bits = BitConverter.SingleToUInt32Bits(narrow);
        if (narrow != value && float.IsFinite(narrow) && (bits & 1) == 0)
        {
            bits = Math.Abs(value) > Math.Abs(narrow) ? bits + 1 : bits - 1;
        }

        result = (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
        return float.IsFinite(narrow) && (result & 0x7F80) != 0x7F80;
    }
}
