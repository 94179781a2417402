// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>Writes ModelInferResponse and ModelStreamInferResponse; tensors go from where the model left them straight into what is sent.</summary>
internal static class InferAnswerWriter
{
    // The entry of the map of parameters that marks the last message for a request: its key, and a value that holds a boolean.
    private const string FinalKey = "triton_final_response";
    private const int ParameterLength = 2;

    private static readonly int _finalLength = WireSize.Text(FinalKey) + (int)WireSize.Bytes(ParameterLength);

    /// <summary>How long the message will be.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge: more than a message can be.</exception>
    public static int Measure(InferAnswer answer)
    {
        var length = MeasureResponse(answer);
        if (answer.IsInStream)
        {
            length = WireSize.Text(answer.Error) + WireSize.Bytes(length);
        }

        return length <= int.MaxValue ? (int)length : throw new InferenceException(
            InferenceErrorCode.PayloadTooLarge, "The answer is larger than 2 GiB. Ask for fewer outputs, or send fewer rows at a time.");
    }

    /// <summary>Writes the message.</summary>
    public static void Write(InferAnswer answer, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        if (answer.IsInStream)
        {
            writer.Write(1, answer.Error);
            writer.Begin(2, MeasureResponse(answer));
        }

        writer.Write(1, answer.Model);
        writer.Write(2, answer.Version);
        writer.Write(3, answer.Id);
        if (answer.IsInStream)
        {
            WriteFinal(ref writer, answer.IsFinal);
        }

        foreach (var (name, tensor) in answer.Outputs.Items)
        {
            WriteOutput(ref writer, name, tensor, answer.IsRaw);
        }

        if (answer.IsRaw)
        {
            foreach (var (_, tensor) in answer.Outputs.Items)
            {
                writer.Write(6, tensor.Bytes);
            }
        }

        writer.Flush();
    }

    private static long MeasureResponse(InferAnswer answer)
    {
        long length = WireSize.Text(answer.Model) + WireSize.Text(answer.Version) + WireSize.Text(answer.Id);
        if (answer.IsInStream)
        {
            length += WireSize.Bytes(_finalLength);
        }

        foreach (var (name, tensor) in answer.Outputs.Items)
        {
            length += WireSize.Bytes(MeasureOutput(name, tensor, answer.IsRaw));
            length += answer.IsRaw ? WireSize.Bytes(tensor.ByteLength) : 0;
        }

        return length;
    }

    private static long MeasureOutput(string name, in InferenceTensor tensor, bool isRaw)
    {
        var length = WireSize.Text(name) + WireSize.Text(tensor.DataType.ToV2Name()) + MeasureShape(tensor, out _);
        return isRaw ? length : length + WireSize.Bytes(TypedTensor.Measure(tensor));
    }

    private static long MeasureShape(in InferenceTensor tensor, out int packed)
    {
        packed = 0;
        foreach (var dimension in tensor.Shape.Dimensions)
        {
            packed += WireSize.Varint((ulong)dimension);
        }

        return packed == 0 ? 0 : WireSize.Bytes(packed);
    }

    private static void WriteFinal(ref WireWriter writer, bool isFinal)
    {
        writer.Begin(4, _finalLength);
        writer.Write(1, FinalKey);
        writer.Begin(2, ParameterLength);
        writer.Write(1, isFinal ? 1UL : 0);
    }

    private static void WriteOutput(ref WireWriter writer, string name, in InferenceTensor tensor, bool isRaw)
    {
        writer.Begin(5, MeasureOutput(name, tensor, isRaw));
        writer.Write(1, name);
        writer.Write(2, tensor.DataType.ToV2Name());
        if (MeasureShape(tensor, out var packed) > 0)
        {
            writer.Begin(3, packed);
            foreach (var dimension in tensor.Shape.Dimensions)
            {
                writer.Varint((ulong)dimension);
            }
        }

        if (!isRaw)
        {
            writer.Begin(5, TypedTensor.Measure(tensor));
            TypedTensor.Write(ref writer, tensor);
        }
    }
}
