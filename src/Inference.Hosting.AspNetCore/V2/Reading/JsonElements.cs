// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Text.Json;
using Inference.Hosting.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.V2.Reading;

/// <summary>true, false, 1 or 0.</summary>
internal readonly struct BoolElement : IJsonElement
{
    public static string Expected => "true, false, 1 or 0";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        var value = reader.TokenType switch
        {
            JsonTokenType.True => 1,
            JsonTokenType.False => 0,
            JsonTokenType.Number when reader.TryGetInt64(out var number) && number is 0 or 1 => (int)reader.GetInt64(),
            _ => -1,
        };
        if (value < 0)
        {
            return false;
        }

        target.GetSpan(1)[0] = (byte)value;
        target.Advance(1);
        return true;
    }
}

/// <summary>Integers in the range of their type, exact beyond 2^53 too.</summary>
internal readonly struct IntegerElement<T> : IJsonElement
    where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
{
    public static string Expected => string.Create(CultureInfo.InvariantCulture, $"an integer from {T.MinValue} to {T.MaxValue}");

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number)
        {
            return false;
        }

        var text = NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]);
        T value;
        if (JsonNumber.TryParse(text, out long small))
        {
            if (small < long.CreateSaturating(T.MinValue) || small > long.CreateSaturating(T.MaxValue))
            {
                return false;
            }

            value = T.CreateTruncating(small);
        }
        else if (JsonNumber.TryParse(text, out Int128 large)
            && large >= Int128.CreateChecked(T.MinValue) && large <= Int128.CreateChecked(T.MaxValue))
        {
            value = T.CreateTruncating(large);
        }
        else
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}

/// <summary>The nearest FP32.</summary>
internal readonly struct SingleElement : IJsonElement
{
    public static string Expected => "a number in the range of FP32";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !JsonNumber.TryParse(NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), out float value))
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}

/// <summary>The nearest FP64.</summary>
internal readonly struct DoubleElement : IJsonElement
{
    public static string Expected => "a number in the range of FP64";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !JsonNumber.TryParse(NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), out double value))
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}

/// <summary>The nearest FP16.</summary>
internal readonly struct HalfElement : IJsonElement
{
    public static string Expected => "a number in the range of FP16 (up to 65504)";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !Half.TryParse(
                NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            || !Half.IsFinite(value))
        {
            return false;
        }

        NumberText.Append(target, value);
        return true;
    }
}

/// <summary>The nearest BF16, by way of FP64.</summary>
internal readonly struct BFloat16Element : IJsonElement
{
    public static string Expected => "a number in the range of BF16";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.Number
            || !JsonNumber.TryParse(NumberText.Get(in reader, stackalloc byte[NumberText.MaxStack]), out double value)
            || !TryRound(value, out var bits))
        {
            return false;
        }

        NumberText.Append(target, bits);
        return true;
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

/// <summary>Strings, kept as UTF-8 behind a length.</summary>
internal readonly struct StringElement : IJsonElement
{
    public static string Expected => "a string of valid UTF-8 (send other bytes as binary data)";

    public static bool TryAppend(ref Utf8JsonReader reader, PooledBytes target)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            return false;
        }

        var most = reader.HasValueSequence ? checked((int)reader.ValueSequence.Length) : reader.ValueSpan.Length;
        var room = target.GetSpan(checked(4 + most));
        int written;
        try
        {
            written = reader.CopyString(room[4..]);
        }
        catch (InvalidOperationException)
        {
            // Invalid UTF-8, or half of a surrogate pair.
            return false;
        }

        BinaryPrimitives.WriteInt32LittleEndian(room, written);
        target.Advance(4 + written);
        return true;
    }
}

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
