// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Batching;

/// <summary>What analysis and assembly need of an input, worked out once. Axes are -1 where there is none.</summary>
internal sealed class InputPlan
{
    private InputPlan(TensorSpec spec, int index, bool batches)
    {
        Spec = spec;
        Index = index;
        Name = spec.Name;
        DataType = spec.DataType;
        ElementSize = spec.DataType.GetElementSize();
        Dimensions = spec.Shape.Dimensions.ToArray();
        BatchAxis = batches ? spec.BatchAxis ?? -1 : -1;
        RaggedAxis = spec.RaggedAxis ?? -1;
        IsShared = batches && BatchAxis < 0;
        IsOpenRank = Dimensions.Length == 0;
        Pad = Encode(spec.DataType, spec.PadValue);
        One = Encode(spec.DataType, 1);
        Decides = IsShared || (spec.IsOptional && !spec.IsMask) || (batches && (IsOpenRank || HasFreeDimension()));
    }

    public TensorSpec Spec { get; }

    public int Index { get; }

    public string Name { get; }

    public TensorDataType DataType { get; }

    /// <summary>Bytes of an element; 0 for BYTES.</summary>
    public int ElementSize { get; }

    public long[] Dimensions { get; }

    public int BatchAxis { get; }

    public int RaggedAxis { get; }

    /// <summary>Whether all rows of a run share it.</summary>
    public bool IsShared { get; }

    /// <summary>Whether the graph leaves the rank open; a scalar cannot be told from that.</summary>
    public bool IsOpenRank { get; }

    /// <summary>Whether valid requests can differ in it so that they may not share a run.</summary>
    public bool Decides { get; }

    /// <summary>Whether a request without it is valid.</summary>
    public bool MayBeMissing => Spec.IsOptional || Spec.IsMask;

    /// <summary>One element of padding, little-endian; empty for BYTES, whose padding is the empty string.</summary>
    public byte[] Pad { get; }

    /// <summary>The number one, for masks.</summary>
    public byte[] One { get; }

    public static InputPlan[] CreateAll(ModelMetadata metadata)
        => [.. metadata.Inputs.Select((spec, index) => new InputPlan(spec, index, metadata.SupportsBatching))];

    public bool TryFind(InferenceRequest request, out InferenceTensor tensor)
    {
        var items = request.Inputs.Items;
        if (Index < items.Length && ReferenceEquals(items[Index].Key, Name))
        {
            tensor = items[Index].Value;
            return true;
        }

        return request.Inputs.TryGetValue(Name, out tensor);
    }

    private static byte[] Encode(TensorDataType type, double value)
    {
        var bytes = new byte[type.GetElementSize()];
        switch (type)
        {
            case TensorDataType.Bool: bytes[0] = value != 0 ? (byte)1 : (byte)0; break;
            case TensorDataType.UInt8: bytes[0] = (byte)value; break;
            case TensorDataType.Int8: bytes[0] = (byte)(sbyte)value; break;
            case TensorDataType.UInt16: BinaryPrimitives.WriteUInt16LittleEndian(bytes, (ushort)value); break;
            case TensorDataType.Int16: BinaryPrimitives.WriteInt16LittleEndian(bytes, (short)value); break;
            case TensorDataType.UInt32: BinaryPrimitives.WriteUInt32LittleEndian(bytes, (uint)value); break;
            case TensorDataType.Int32: BinaryPrimitives.WriteInt32LittleEndian(bytes, (int)value); break;
            case TensorDataType.UInt64: BinaryPrimitives.WriteUInt64LittleEndian(bytes, (ulong)value); break;
            case TensorDataType.Int64: BinaryPrimitives.WriteInt64LittleEndian(bytes, (long)value); break;
            case TensorDataType.FP16: BinaryPrimitives.WriteHalfLittleEndian(bytes, (Half)value); break;
            case TensorDataType.BF16: BinaryPrimitives.WriteUInt16LittleEndian(bytes, ToBFloat16((float)value)); break;
            case TensorDataType.FP32: BinaryPrimitives.WriteSingleLittleEndian(bytes, (float)value); break;
            case TensorDataType.FP64: BinaryPrimitives.WriteDoubleLittleEndian(bytes, value); break;
            case TensorDataType.Bytes: break;
            default: throw new ArgumentOutOfRangeException(nameof(type), type, "Not a tensor data type.");
        }

        return bytes;
    }

    private static ushort ToBFloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);

        // To nearest even; rounding a NaN could turn it into an infinity.
        return float.IsNaN(value) ? (ushort)((bits >> 16) | 0x40) : (ushort)((bits + 0x7FFF + ((bits >> 16) & 1)) >> 16);
    }

    private bool HasFreeDimension()
    {
        for (var axis = 0; axis < Dimensions.Length; axis++)
        {
            if (Dimensions[axis] < 0 && axis != BatchAxis && axis != RaggedAxis)
            {
                return true;
            }
        }

        return false;
    }
}
