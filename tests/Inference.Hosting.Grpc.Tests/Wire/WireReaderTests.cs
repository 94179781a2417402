// SPDX-License-Identifier: Apache-2.0

extern alias package;

using System.Buffers;
using Google.Protobuf;
using package::Inference.Hosting.Grpc.Wire;

namespace Inference.Hosting.Grpc.Tests.Wire;

public sealed class WireReaderTests
{
    public static TheoryData<ulong> Numbers => [0, 1, 127, 128, 16383, 16384, uint.MaxValue, 1UL << 35, 1UL << 56, long.MaxValue, ulong.MaxValue];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Varint_ReadsWhatProtobufWrites_AndWritesTheSame(ulong number)
    {
        var expected = new byte[CodedOutputStream.ComputeUInt64Size(number)];
        using var output = new CodedOutputStream(expected);
        output.WriteUInt64(number);
        output.CheckNoSpaceLeft();

        var buffer = new ArrayBufferWriter<byte>();
        var writer = new WireWriter(buffer);
        writer.Varint(number);
        writer.Flush();

        Assert.Equal(expected, buffer.WrittenSpan.ToArray());
        Assert.Equal(expected.Length, WireSize.Varint(number));
        Assert.Equal(number, new WireReader(expected).ReadVarint());
    }

    [Fact]
    public void Writer_OverATinyBuffer_WritesAll()
    {
        var bytes = Enumerable.Range(0, 1000).Select(i => (byte)i).ToArray();
        var buffer = new ArrayBufferWriter<byte>(1);
        var writer = new WireWriter(buffer);
        writer.Write(1, "Zwölf Boxkämpfer");
        writer.Write(6, bytes);
        writer.Write(2, 300UL);
        writer.Flush();

        var input = new CodedInputStream(buffer.WrittenSpan.ToArray());
        Assert.Equal(10U, input.ReadTag());
        Assert.Equal("Zwölf Boxkämpfer", input.ReadString());
        Assert.Equal(50U, input.ReadTag());
        Assert.Equal(bytes, input.ReadBytes().ToByteArray());
        Assert.Equal(16U, input.ReadTag());
        Assert.Equal(300UL, input.ReadUInt64());
        Assert.True(input.IsAtEnd);
    }
}
