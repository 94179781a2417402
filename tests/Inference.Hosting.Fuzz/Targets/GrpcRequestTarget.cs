// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Runtime.InteropServices;
using Google.Protobuf;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Calls;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.ObjectPool;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>Messages of inference over gRPC. What our reader takes, the generated one takes too, and both find the same in it.</summary>
internal sealed class GrpcRequestTarget : IFuzzTarget
{
    private readonly NoPool _pool = new();
    private readonly InferenceHttpOptions _options = new() { MaxTensorBytes = 1 << 20 };

    public string Name => "grpc";

    public IReadOnlyList<string> Dictionary { get; } =
    [
        "\n\u0001m", "*", ":\0", "\u001a\u0002\u0001\u0001", "\u0012\u0004FP32", "\u0012\u0005INT64", "\u0012\u0005BYTES", "\u0012\u0004BOOL", "\u0012\u0004FP16",
        "{", "|", "2\u0004\0\0\0\0", "\u007f", "\u0001\0\0\0a",
    ];

    // Tensors are bounded by MaxTensorBytes; the generated reader makes objects of every field.
    public long MaxAllocation(int length) => (16L << 20) + (1024L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        using var message = new InferMessage(_pool, new V2Request(_options));
        try
        {
            message.Receive(new ReadOnlySequence<byte>(input));
            InferMessageReader.Open(message);
            InferMessageReader.Read(message, null);
            message.Request.Complete();
            Compare(message, ModelInferRequest.Parser.ParseFrom(input.Span));
            return string.Create(CultureInfo.InvariantCulture, $"{message.Request.InputCount} inputs, {(message.IsTyped ? "typed" : "raw")}");
        }
        catch (InferenceException exception) when (exception.Code is InferenceErrorCode.InvalidInput
            or InferenceErrorCode.PayloadTooLarge or InferenceErrorCode.Unsupported)
        {
            Invariant.Holds(exception.Message.Length is > 10 and < 4096, $"an error is a sentence: {exception.Message}");
            return exception.Message.Length > 60 ? exception.Message[^60..] : exception.Message;
        }
    }

    private static void Compare(InferMessage message, ModelInferRequest expected)
    {
        Invariant.Holds(message.ModelName == expected.ModelName, "both read the same model");
        Invariant.Holds((message.ModelVersion ?? "") == expected.ModelVersion, "both read the same version");
        Invariant.Holds((message.Id ?? "") == expected.Id, "both read the same id");
        var inputs = message.Request.Inference.Inputs.Items;
        Invariant.Holds(inputs.Length == expected.Inputs.Count, "both read as many inputs");
        for (var i = 0; i < inputs.Length; i++)
        {
            var (name, tensor) = inputs[i];
            var input = expected.Inputs[i];
            Invariant.Holds(name == input.Name && tensor.DataType.ToV2Name() == input.Datatype, "both read the same name and type");
            Invariant.Holds(tensor.Shape.SequenceEqual(input.Shape), "both read the same shape");
            var bytes = expected.RawInputContents.Count > 0 ? expected.RawInputContents[i].ToByteArray() : BytesOf(tensor.DataType, input.Contents ?? new());
            Invariant.Holds(tensor.Bytes.SequenceEqual(bytes), $"both read the same data of {tensor}");
        }
    }

    private static byte[] BytesOf(TensorDataType type, InferTensorContents contents) => type switch
    {
        TensorDataType.Bool => [.. contents.BoolContents.Select(value => value ? (byte)1 : (byte)0)],
        TensorDataType.Int8 => Cast(contents.IntContents.Select(value => (sbyte)value)),
        TensorDataType.Int16 => Cast(contents.IntContents.Select(value => (short)value)),
        TensorDataType.Int32 => Cast(contents.IntContents),
        TensorDataType.Int64 => Cast(contents.Int64Contents),
        TensorDataType.UInt8 => Cast(contents.UintContents.Select(value => (byte)value)),
        TensorDataType.UInt16 => Cast(contents.UintContents.Select(value => (ushort)value)),
        TensorDataType.UInt32 => Cast(contents.UintContents),
        TensorDataType.UInt64 => Cast(contents.Uint64Contents),
        TensorDataType.FP32 => Cast(contents.Fp32Contents),
        TensorDataType.FP64 => Cast(contents.Fp64Contents),
        _ => [.. contents.BytesContents.SelectMany(element => BitConverter.GetBytes(element.Length).Concat(element))],
    };

    private static byte[] Cast<T>(IEnumerable<T> values)
        where T : unmanaged
        => MemoryMarshal.AsBytes<T>(values.ToArray()).ToArray();

    /// <summary>Messages are not used again, so that what one leaves behind would show.</summary>
    private sealed class NoPool : ObjectPool<InferMessage>
    {
        public override InferMessage Get() => throw new NotSupportedException();

        public override void Return(InferMessage obj)
        {
        }
    }
}
