// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace Inference.Hosting.Tensors;

/// <summary>The V2 raw form of BYTES tensors: each element is a 4-byte little-endian length, then its bytes.</summary>
/// <remarks>Open Inference Protocol, gRPC "Raw Tensor Contents" and Triton's binary tensor data extension.</remarks>
public static class BytesEncoding
{
    /// <summary>Encodes strings as UTF-8 elements.</summary>
    /// <param name="values">The elements in row-major order.</param>
    public static byte[] Encode(ReadOnlySpan<string> values)
    {
        var size = 0;
        foreach (var value in values)
        {
            size = checked(size + 4 + Encoding.UTF8.GetByteCount(value));
        }

        var buffer = GC.AllocateUninitializedArray<byte>(size);
        var rest = buffer.AsSpan();
        foreach (var value in values)
        {
            var written = Encoding.UTF8.GetBytes(value, rest[4..]);
            BinaryPrimitives.WriteInt32LittleEndian(rest, written);
            rest = rest[(4 + written)..];
        }

        return buffer;
    }

    /// <summary>Takes the first element off the front.</summary>
    /// <param name="encoded">What is left of the encoded elements; advanced past the element.</param>
    /// <param name="element">The bytes of the element.</param>
    /// <returns>False when fewer bytes are left than the element claims.</returns>
    public static bool TryRead(ref ReadOnlySpan<byte> encoded, out ReadOnlySpan<byte> element)
    {
        element = default;
        if (encoded.Length < 4)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32LittleEndian(encoded);
        if (length > (uint)(encoded.Length - 4))
        {
            return false;
        }

        element = encoded.Slice(4, (int)length);
        encoded = encoded[(4 + (int)length)..];
        return true;
    }

    /// <summary>Counts the elements, or returns -1 when a length lies or bytes are left over.</summary>
    /// <param name="encoded">Encoded elements.</param>
    public static int Count(ReadOnlySpan<byte> encoded)
    {
        var count = 0;
        while (!encoded.IsEmpty)
        {
            if (!TryRead(ref encoded, out _))
            {
                return -1;
            }

            count++;
        }

        return count;
    }

    /// <summary>How many bytes the first <paramref name="count"/> elements take.</summary>
    /// <param name="encoded">Well-formed encoded elements.</param>
    /// <param name="count">Number of elements to measure.</param>
    /// <exception cref="ArgumentException">Fewer elements are there.</exception>
    public static int Measure(ReadOnlySpan<byte> encoded, int count)
    {
        var rest = encoded;
        for (var i = 0; i < count; i++)
        {
            if (!TryRead(ref rest, out _))
            {
                throw new ArgumentException($"Expected {count} BYTES elements, found {i}.", nameof(encoded));
            }
        }

        return encoded.Length - rest.Length;
    }

    /// <summary>Decodes every element as UTF-8; invalid sequences become U+FFFD.</summary>
    /// <param name="encoded">Well-formed encoded elements.</param>
    /// <exception cref="ArgumentException">A length lies or bytes are left over.</exception>
    public static string[] Decode(ReadOnlySpan<byte> encoded)
    {
        var count = Count(encoded);
        if (count < 0)
        {
            throw new ArgumentException("Not well-formed BYTES elements: a length exceeds what is left.", nameof(encoded));
        }

        var values = new string[count];
        for (var i = 0; i < count; i++)
        {
            TryRead(ref encoded, out var element);
            values[i] = Encoding.UTF8.GetString(element);
        }

        return values;
    }
}
