// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Google.Protobuf;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Conformance.Rpc;

/// <summary>Tensors as messages: typed or raw.</summary>
internal static class RpcTensors
{
    /// <summary>A request with its inputs.</summary>
    public static ModelInferRequest Request(string model, IReadOnlyList<WireTensor> inputs, bool raw)
    {
        var request = new ModelInferRequest { ModelName = model };
        foreach (var input in inputs)
        {
            var tensor = new ModelInferRequest.Types.InferInputTensor { Name = input.Name, Datatype = input.Type.ToV2Name() };
            tensor.Shape.Add(input.Shape);
            request.Inputs.Add(tensor);
            if (raw)
            {
                request.RawInputContents.Add(ByteString.CopyFrom(input.Raw));
            }
            else
            {
                tensor.Contents = Contents(input);
            }
        }

        return request;
    }

    /// <summary>The outputs of an answer, each checked against what it says of itself.</summary>
    public static List<WireTensor> Outputs(ModelInferResponse answer)
    {
        var isRaw = answer.RawOutputContents.Count > 0;
        Expect.That(
            !isRaw || answer.RawOutputContents.Count == answer.Outputs.Count,
            $"there are {answer.RawOutputContents.Count} raw_output_contents for {answer.Outputs.Count} outputs");
        var outputs = new List<WireTensor>();
        for (var i = 0; i < answer.Outputs.Count; i++)
        {
            var output = answer.Outputs[i];
            Expect.That(outputs.TrueForAll(other => other.Name != output.Name), $"output '{output.Name}' comes twice");
            Expect.That(
                TensorDataTypes.TryParse(output.Datatype, out var type),
                $"output '{output.Name}' has the datatype '{output.Datatype}', which the protocol does not know");
            Expect.That(output.Shape.All(dimension => dimension >= 0), $"output '{output.Name}' has the shape [{string.Join(',', output.Shape)}]");
            Expect.That(!isRaw || output.Contents is null, $"output '{output.Name}' has contents and raw_output_contents");
            var raw = isRaw ? answer.RawOutputContents[i].ToByteArray() : Raw(output.Contents ?? new(), type, output.Name);
            TensorJson.Measure(output.Name, type, [.. output.Shape], raw);
            outputs.Add(new WireTensor(output.Name, type, [.. output.Shape], raw));
        }

        return outputs;
    }

    /// <summary>The typed form of a tensor; of FP16, which has none, the nearest to it.</summary>
    public static InferTensorContents Contents(WireTensor tensor)
    {
        var contents = new InferTensorContents();
        switch (tensor.Type)
        {
            case TensorDataType.Bool:
                contents.BoolContents.Add(tensor.Raw.Select(value => value != 0));
                break;
            case TensorDataType.UInt8:
                contents.UintContents.Add(tensor.Raw.Select(value => (uint)value));
                break;
            case TensorDataType.UInt16:
                contents.UintContents.Add(Read<ushort>(tensor).Select(value => (uint)value));
                break;
            case TensorDataType.UInt32:
                contents.UintContents.Add(Read<uint>(tensor));
                break;
            case TensorDataType.UInt64:
                contents.Uint64Contents.Add(Read<ulong>(tensor));
                break;
            case TensorDataType.Int8:
                contents.IntContents.Add(Read<sbyte>(tensor).Select(value => (int)value));
                break;
            case TensorDataType.Int16:
                contents.IntContents.Add(Read<short>(tensor).Select(value => (int)value));
                break;
            case TensorDataType.Int32:
                contents.IntContents.Add(Read<int>(tensor));
                break;
            case TensorDataType.Int64:
                contents.Int64Contents.Add(Read<long>(tensor));
                break;
            case TensorDataType.FP64:
                contents.Fp64Contents.Add(Read<double>(tensor));
                break;
            case TensorDataType.FP32:
                contents.Fp32Contents.Add(Read<float>(tensor));
                break;
            case TensorDataType.FP16:
                contents.Fp32Contents.Add(Read<Half>(tensor).Select(value => (float)value));
                break;
            case TensorDataType.Bytes:
                var rest = (ReadOnlySpan<byte>)tensor.Raw;
                while (BytesEncoding.TryRead(ref rest, out var element))
                {
                    contents.BytesContents.Add(ByteString.CopyFrom(element));
                }

                break;
            default:
                throw new NotSupportedException($"{tensor.Type} has no typed contents.");
        }

        return contents;
    }

    private static byte[] Raw(InferTensorContents contents, TensorDataType type, string name) => type switch
    {
        TensorDataType.Bool => Bytes(contents.BoolContents.Select(value => value ? (byte)1 : (byte)0)),
        TensorDataType.UInt8 => Bytes(contents.UintContents.Select(value => checked((byte)value))),
        TensorDataType.UInt16 => Bytes(contents.UintContents.Select(value => checked((ushort)value))),
        TensorDataType.UInt32 => Bytes(contents.UintContents),
        TensorDataType.UInt64 => Bytes(contents.Uint64Contents),
        TensorDataType.Int8 => Bytes(contents.IntContents.Select(value => checked((sbyte)value))),
        TensorDataType.Int16 => Bytes(contents.IntContents.Select(value => checked((short)value))),
        TensorDataType.Int32 => Bytes(contents.IntContents),
        TensorDataType.Int64 => Bytes(contents.Int64Contents),
        TensorDataType.FP32 => Bytes(contents.Fp32Contents),
        TensorDataType.FP64 => Bytes(contents.Fp64Contents),
        TensorDataType.Bytes => Framed(contents.BytesContents),
        _ => throw new StatementFailedException($"output '{name}' is {type.ToV2Name()}, which can only be raw"),
    };

    private static byte[] Framed(IEnumerable<ByteString> elements)
    {
        using var raw = new MemoryStream();
        foreach (var element in elements)
        {
            raw.Write(BitConverter.GetBytes(element.Length));
            raw.Write(element.Span);
        }

        return raw.ToArray();
    }

    private static T[] Read<T>(WireTensor tensor)
        where T : unmanaged
        => MemoryMarshal.Cast<byte, T>(tensor.Raw).ToArray();

    private static byte[] Bytes<T>(IEnumerable<T> values)
        where T : unmanaged
        => MemoryMarshal.AsBytes<T>(values.ToArray()).ToArray();
}
