// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>What number elements share.</summary>
internal static class NumberText
{
    public const int MaxStack = 64;

    /// <summary>The text of a number; copied only where it spans two segments.</summary>
    public static ReadOnlySpan<byte> Get(in Utf8JsonReader reader, Span<byte> scratch)
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

    public static void Append<T>(PooledBytes target, T value)
        where T : unmanaged
    {
        Unsafe.WriteUnaligned(ref target.GetSpan(Unsafe.SizeOf<T>())[0], value);
        target.Advance(Unsafe.SizeOf<T>());
    }
}
