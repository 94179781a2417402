// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>Converts InferTensorContents, once, into the bytes of the tensor.</summary>
internal static class TypedContents
{
    private const int ContentsField = 5;

    private static readonly string[] _fields =
    [
        "", "bool_contents", "int_contents", "int64_contents", "uint_contents", "uint64_contents", "fp32_contents", "fp64_contents", "bytes_contents",
    ];

    /// <summary>The field that carries a type; 0 for those that travel raw only.</summary>
    public static int FieldOf(TensorDataType type) => type switch
    {
        TensorDataType.Bool => 1,
        TensorDataType.Int8 or TensorDataType.Int16 or TensorDataType.Int32 => 2,
        TensorDataType.Int64 => 3,
        TensorDataType.UInt8 or TensorDataType.UInt16 or TensorDataType.UInt32 => 4,
        TensorDataType.UInt64 => 5,
        TensorDataType.FP32 => 6,
        TensorDataType.FP64 => 7,
        TensorDataType.Bytes => 8,
        _ => 0,
    };

    /// <summary>Reads the contents of one input.</summary>
    /// <param name="input">Its type and shape are known.</param>
    /// <param name="message">The InferInputTensor.</param>
    /// <exception cref="InferenceException">InvalidInput, PayloadTooLarge.</exception>
    public static void Read(V2Input input, ReadOnlySpan<byte> message)
    {
        var type = input.DataType!.Value;
        var field = FieldOf(type);
        if (field == 0)
        {
            throw input.Invalid($"{type.ToV2Name()} has no typed contents. Send it in 'raw_input_contents'");
        }

        // (1) How many, so that memory is taken once.
        var (elements, bytes) = Measure(input, message, field);

        // (2) Convert.
        var target = input.Fill(elements, bytes);
        var filled = 0;
        var reader = new WireReader(message);
        while (reader.TryReadTag(out var outer, out var wire))
        {
            if (outer == ContentsField)
            {
                Convert(input, reader.ReadBytes(wire), field, target, ref filled);
            }
            else
            {
                reader.Skip(outer, wire);
            }
        }
    }

    private static (long Elements, long Bytes) Measure(V2Input input, ReadOnlySpan<byte> message, int field)
    {
        var (elements, bytes) = (0L, 0L);
        var reader = new WireReader(message);
        while (reader.TryReadTag(out var outer, out var wire))
        {
            if (outer != ContentsField)
            {
                reader.Skip(outer, wire);
                continue;
            }

            var contents = new WireReader(reader.ReadBytes(wire));
            while (contents.TryReadTag(out var inner, out var type))
            {
                if (inner != field)
                {
                    RefuseOther(input, field, inner);
                    contents.Skip(inner, type);
                }
                else
                {
                    Count(ref contents, field, type, ref elements, ref bytes);
                }
            }
        }

        return (elements, field == 8 ? bytes : elements * input.DataType!.Value.GetElementSize());
    }

    private static void Count(ref WireReader contents, int field, WireType type, ref long elements, ref long bytes)
    {
        if (field == 8)
        {
            bytes += 4 + contents.ReadBytes(type).Length;
            elements++;
        }
        else if (type != WireType.Bytes)
        {
            WireReader.Require(type, SingleOf(field));
            contents.Skip(field, type);
            elements++;
        }
        else
        {
            var packed = contents.ReadBytes(type);
            var size = field switch
            {
                6 => 4,
                7 => 8,
                _ => 0,
            };
            elements += size > 0
                ? packed.Length % size == 0 ? packed.Length / size : throw WireReader.Malformed()
                : CountVarints(packed);
        }
    }

    private static WireType SingleOf(int field) => field switch
    {
        6 => WireType.Fixed32,
        7 => WireType.Fixed64,
        _ => WireType.Varint,
    };

    // Each number ends with the one byte that has no bit saying that more comes.
    private static int CountVarints(ReadOnlySpan<byte> packed)
    {
        if (!packed.IsEmpty && packed[^1] >= 0x80)
        {
            throw WireReader.Malformed();
        }

        var (count, i) = (0, 0);
        for (; i <= packed.Length - Vector<byte>.Count; i += Vector<byte>.Count)
        {
            var ends = Vector.LessThan(new Vector<byte>(packed[i..]), new Vector<byte>(0x80));
            count += (int)Vector.Sum(ends & Vector<byte>.One);
        }

        for (; i < packed.Length; i++)
        {
            count += packed[i] < 0x80 ? 1 : 0;
        }

        return count;
    }

    private static void Convert(V2Input input, ReadOnlySpan<byte> message, int field, Span<byte> target, ref int filled)
    {
        var contents = new WireReader(message);
        while (contents.TryReadTag(out var inner, out var type))
        {
            if (inner != field)
            {
                contents.Skip(inner, type);
                continue;
            }

            var from = contents.Position;
            if (field == 8)
            {
                var element = contents.ReadBytes(type);
                BinaryPrimitives.WriteInt32LittleEndian(target[filled..], element.Length);
                element.CopyTo(target[(filled + 4)..]);
                filled += 4 + element.Length;
                continue;
            }

            ReadOnlySpan<byte> values;
            if (type == WireType.Bytes)
            {
                values = contents.ReadBytes(type);
            }
            else
            {
                contents.Skip(field, type);
                values = message[from..contents.Position];
            }

            if (field is 6 or 7)
            {
                values.CopyTo(target[filled..]);
                filled += values.Length;
            }
            else
            {
                ConvertVarints(input, values, target, ref filled);
            }
        }
    }

    private static void ConvertVarints(V2Input input, ReadOnlySpan<byte> values, Span<byte> target, ref int filled)
    {
        switch (input.DataType!.Value)
        {
            case TensorDataType.Bool:
                ConvertBooleans(values, target, ref filled);
                break;
            case TensorDataType.Int8:
                ConvertTo<sbyte>(input, values, target, ref filled, isSigned: true);
                break;
            case TensorDataType.Int16:
                ConvertTo<short>(input, values, target, ref filled, isSigned: true);
                break;
            case TensorDataType.Int32:
                ConvertTo<int>(input, values, target, ref filled, isSigned: true);
                break;
            case TensorDataType.Int64:
                ConvertTo<long>(input, values, target, ref filled, isSigned: true);
                break;
            case TensorDataType.UInt8:
                ConvertTo<byte>(input, values, target, ref filled, isSigned: false);
                break;
            case TensorDataType.UInt16:
                ConvertTo<ushort>(input, values, target, ref filled, isSigned: false);
                break;
            case TensorDataType.UInt32:
                ConvertTo<uint>(input, values, target, ref filled, isSigned: false);
                break;
            default:
                ConvertTo<ulong>(input, values, target, ref filled, isSigned: false);
                break;
        }
    }

    private static void ConvertBooleans(ReadOnlySpan<byte> values, Span<byte> target, ref int filled)
    {
        var reader = new WireReader(values);
        while (reader.Position < values.Length)
        {
            target[filled++] = reader.ReadVarint() == 0 ? (byte)0 : (byte)1;
        }
    }

    private static void ConvertTo<T>(V2Input input, ReadOnlySpan<byte> values, Span<byte> target, ref int filled, bool isSigned)
        where T : unmanaged, IBinaryInteger<T>, IMinMaxValue<T>
    {
        var elements = MemoryMarshal.Cast<byte, T>(target);
        var size = Unsafe.SizeOf<T>();
        var index = filled / size;
        var reader = new WireReader(values);
        while (reader.Position < values.Length)
        {
            // int32 and uint32 are the lower half of what stands in the message; only 64-bit types use all of it.
            var number = reader.ReadVarint();
            var narrow = T.CreateTruncating(number);
            var fits = size == 8 || (isSigned
                ? long.CreateTruncating(narrow) == (int)number
                : ulong.CreateTruncating(narrow) == (uint)number);
            if (!fits)
            {
                throw input.Invalid(
                    $"element {index} of its contents is {(isSigned ? (int)number : (long)(uint)number)}; {input.DataType!.Value.ToV2Name()} takes {T.MinValue} to {T.MaxValue}");
            }

            elements[index++] = narrow;
        }

        filled = index * size;
    }

    private static void RefuseOther(V2Input input, int field, int other)
    {
        if (other < _fields.Length)
        {
            throw input.Invalid($"its data is in '{_fields[other]}', but {input.DataType!.Value.ToV2Name()} takes '{_fields[field]}'");
        }
    }
}
