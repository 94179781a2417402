// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Text;

namespace Inference.Hosting.Grpc.Wire;

/// <summary>Writes protobuf fields with numbers below 16. What is written is there after <see cref="Flush"/>.</summary>
internal ref struct WireWriter(IBufferWriter<byte> output)
{
    private const int MaxVarint = 10;

    private readonly IBufferWriter<byte> _output = output;
    private Span<byte> _span;
    private int _used;

    /// <summary>A number field.</summary>
    public void Write(int field, ulong value)
    {
        Tag(field, WireType.Varint);
        Varint(value);
    }

    /// <summary>A text field; an empty one is left out.</summary>
    public void Write(int field, string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return;
        }

        var length = Encoding.UTF8.GetByteCount(text);
        Begin(field, length);
        Reserve(length);
        _used += Encoding.UTF8.GetBytes(text, _span[_used..]);
    }

    /// <summary>A field of bytes.</summary>
    public void Write(int field, scoped ReadOnlySpan<byte> bytes)
    {
        Begin(field, bytes.Length);
        Raw(bytes);
    }

    /// <summary>The beginning of a field whose bytes are written after it.</summary>
    public void Begin(int field, long length)
    {
        Tag(field, WireType.Bytes);
        Varint((ulong)length);
    }

    /// <summary>A number as it is.</summary>
    public void Varint(ulong value)
    {
        Reserve(MaxVarint);
        while (value >= 0x80)
        {
            _span[_used++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _span[_used++] = (byte)value;
    }

    /// <summary>Bytes as they are.</summary>
    public void Raw(scoped ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            Reserve(1);
            var count = Math.Min(bytes.Length, _span.Length - _used);
            bytes[..count].CopyTo(_span[_used..]);
            _used += count;
            bytes = bytes[count..];
        }
    }

    /// <summary>Hands over what is written.</summary>
    public void Flush()
    {
        if (_used > 0)
        {
            _output.Advance(_used);
        }

        _span = default;
        _used = 0;
    }

    private void Tag(int field, WireType type)
    {
        Reserve(1);
        _span[_used++] = (byte)((field << 3) | (int)type);
    }

    private void Reserve(int count)
    {
        if (_span.Length - _used < count)
        {
            Flush();
            _span = _output.GetSpan(count);
        }
    }
}
