// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Http.Json;

/// <summary>What number elements share.</summary>
internal static class NumberText
{
    private const int MaxStack = 64;

    /// <summary>Appends the number the reader stands on.</summary>
    /// <returns>False when it is no value of the type.</returns>
    public static bool TryAppend<TElement, TValue>(ref Utf8JsonReader reader, PooledBytes target)
        where TElement : INumberElement<TValue>
        where TValue : unmanaged
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        var text = Get(in reader, stackalloc byte[MaxStack]);
        if (!NumberParts.TryScan(text, out var parts) || !TElement.TryConvert(text, parts, out var value))
        {
            return false;
        }

        Unsafe.WriteUnaligned(ref target.GetSpan(Unsafe.SizeOf<TValue>())[0], value);
        target.Advance(Unsafe.SizeOf<TValue>());
        return true;
    }

    // Copied only where it spans two segments.
    private static ReadOnlySpan<byte> Get(in Utf8JsonReader reader, Span<byte> scratch)
    {
        if (!reader.HasValueSequence)
        {
            return reader.ValueSpan;
        }

        var sequence = reader.ValueSequence;
        if (sequence.Length > scratch.Length)
        {
            return sequence.ToArray();
        }

        sequence.CopyTo(scratch);
        return scratch[..(int)sequence.Length];
    }
}
