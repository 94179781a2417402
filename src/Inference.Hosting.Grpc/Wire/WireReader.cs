// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Text;

namespace Inference.Hosting.Grpc.Wire;

/// <summary>Reads the fields of one protobuf message from memory that is all there. Never reads outside of it, whatever it holds.</summary>
internal ref struct WireReader
{
    // Groups are of old; nobody nests them, and depth costs stack.
    private const int MaxGroupDepth = 16;

    private static readonly UTF8Encoding _utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlySpan<byte> _data;
    private int _position;

    /// <param name="data">The message.</param>
    public WireReader(ReadOnlySpan<byte> data) => _data = data;

    /// <summary>Where the next byte stands.</summary>
    public readonly int Position => _position;

    /// <summary>Steps to the next field.</summary>
    /// <returns>False at the end of the message.</returns>
    /// <exception cref="InferenceException">InvalidInput: this is no protobuf.</exception>
    public bool TryReadTag(out int field, out WireType type)
    {
        (field, type) = (0, WireType.Varint);
        if (_position == _data.Length)
        {
            return false;
        }

        var tag = ReadVarint();
        (field, type) = ((int)(tag >> 3), (WireType)(tag & 7));
        return tag <= uint.MaxValue && field > 0 && type <= WireType.Fixed32 ? true : throw Malformed();
    }

    /// <exception cref="InferenceException">InvalidInput.</exception>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong ReadVarint()
    {
        if ((uint)_position < (uint)_data.Length && _data[_position] < 0x80)
        {
            return _data[_position++];
        }

        return ReadLongVarint();
    }

    /// <exception cref="InferenceException">InvalidInput.</exception>
    public uint ReadFixed32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    /// <exception cref="InferenceException">InvalidInput.</exception>
    public ulong ReadFixed64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    /// <summary>The bytes of a field that has its length before it.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public ReadOnlySpan<byte> ReadBytes(WireType type)
    {
        Require(type, WireType.Bytes);
        var length = ReadVarint();
        return length <= (ulong)(_data.Length - _position) ? Take((int)length) : throw Malformed();
    }

    /// <summary>Where the bytes of a field stand that has its length before it.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public WireRange ReadRange(WireType type)
    {
        var length = ReadBytes(type).Length;
        return new(_position - length, length);
    }

    /// <exception cref="InferenceException">InvalidInput: no text in UTF-8.</exception>
    public string ReadString(WireType type) => Decode(ReadBytes(type));

    /// <summary>Steps over the value of a field.</summary>
    /// <exception cref="InferenceException">InvalidInput.</exception>
    public void Skip(int field, WireType type) => Skip(field, type, 0);

    /// <exception cref="InferenceException">InvalidInput: no text in UTF-8.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return _utf8.GetString(bytes);
        }
        catch (DecoderFallbackException exception)
        {
            throw new InferenceException(InferenceErrorCode.InvalidInput, "A text of the message is not valid UTF-8.", exception);
        }
    }

    /// <exception cref="InferenceException">InvalidInput: the field has another form.</exception>
    public static void Require(WireType type, WireType expected)
    {
        if (type != expected)
        {
            throw Malformed();
        }
    }

    public static InferenceException Malformed()
        => new(InferenceErrorCode.InvalidInput, "The message is not a valid protobuf message of this call.");

    private ulong ReadLongVarint()
    {
        var value = 0UL;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if (_position == _data.Length)
            {
                throw Malformed();
            }

            var part = _data[_position++];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }

        throw Malformed();
    }

    private ReadOnlySpan<byte> Take(int count)
    {
        if (count > _data.Length - _position)
        {
            throw Malformed();
        }

        var taken = _data.Slice(_position, count);
        _position += count;
        return taken;
    }

    private void Skip(int field, WireType type, int depth)
    {
        switch (type)
        {
            case WireType.Varint:
                ReadVarint();
                break;
            case WireType.Fixed64:
                Take(8);
                break;
            case WireType.Bytes:
                ReadBytes(type);
                break;
            case WireType.Fixed32:
                Take(4);
                break;
            case WireType.StartGroup when depth < MaxGroupDepth:
                SkipGroup(field, depth);
                break;
            default:
                throw Malformed();
        }
    }

    private void SkipGroup(int group, int depth)
    {
        while (TryReadTag(out var field, out var type))
        {
            if (type == WireType.EndGroup)
            {
                if (field != group)
                {
                    throw Malformed();
                }

                return;
            }

            Skip(field, type, depth + 1);
        }

        throw Malformed();
    }
}
