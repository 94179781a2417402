// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using Inference.Hosting.Grpc.Wire;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2.Rpc;

/// <summary>Writes ModelInferRequest; tensors go from the caller's memory straight into what is sent, in raw form.</summary>
internal static class InferRequestWriter
{
    // What an array holds, less the frame.
    private static readonly long _mostBytes = Array.MaxLength - 16;

    /// <summary>How long the message will be.</summary>
    /// <exception cref="InferenceException">PayloadTooLarge: more than a message can be.</exception>
    public static int Measure(V2Call call, List<KeyValuePair<string, object>>? parameters)
    {
        long length = WireSize.Text(call.Model.Name) + WireSize.Text(call.Model.Version) + WireSize.Text(call.Request.Id);
        foreach (var (name, value) in parameters ?? [])
        {
            length += ParameterWriter.Measure(name, value);
        }

        foreach (var (name, tensor) in call.Request.Inputs.Items)
        {
            length += WireSize.Bytes(MeasureInput(name, tensor)) + WireSize.Bytes(tensor.ByteLength);
        }

        for (var i = 0; i < (call.Request.Outputs?.Count ?? 0); i++)
        {
            length += WireSize.Bytes(WireSize.Text(call.Request.Outputs![i]));
        }

        return length <= _mostBytes ? (int)length : throw new InferenceException(
            InferenceErrorCode.PayloadTooLarge, "The request is larger than 2 GiB: send fewer rows at a time.");
    }

    /// <summary>Writes the message.</summary>
    public static void Write(V2Call call, List<KeyValuePair<string, object>>? parameters, IBufferWriter<byte> output)
    {
        var writer = new WireWriter(output);
        writer.Write(1, call.Model.Name);
        writer.Write(2, call.Model.Version);
        writer.Write(3, call.Request.Id);
        foreach (var (name, value) in parameters ?? [])
        {
            ParameterWriter.Write(ref writer, 4, name, value);
        }

        foreach (var (name, tensor) in call.Request.Inputs.Items)
        {
            WriteInput(ref writer, name, tensor);
        }

        for (var i = 0; i < (call.Request.Outputs?.Count ?? 0); i++)
        {
            var name = call.Request.Outputs![i];
            writer.Begin(6, WireSize.Text(name));
            writer.Write(1, name);
        }

        foreach (var (_, tensor) in call.Request.Inputs.Items)
        {
            writer.Write(7, tensor.Bytes);
        }

        writer.Flush();
    }

    private static long MeasureInput(string name, in InferenceTensor tensor)
        => WireSize.Text(name) + WireSize.Text(tensor.DataType.ToV2Name()) + MeasureShape(tensor, out _);

    private static long MeasureShape(in InferenceTensor tensor, out int packed)
    {
        packed = 0;
        foreach (var dimension in tensor.Shape.Dimensions)
        {
            packed += WireSize.Varint((ulong)dimension);
        }

        return packed == 0 ? 0 : WireSize.Bytes(packed);
    }

    private static void WriteInput(ref WireWriter writer, string name, in InferenceTensor tensor)
    {
        writer.Begin(5, MeasureInput(name, tensor));
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
    }
}
