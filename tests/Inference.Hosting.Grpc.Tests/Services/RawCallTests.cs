// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>Calls that no gRPC client makes: bytes over HTTP/2.</summary>
public sealed class RawCallTests(SharedApp apps)
{
    private const string Infer = "/inference.GRPCInferenceService/ModelInfer";
    private const string Stream = "/inference.GRPCInferenceService/ModelStreamInfer";

    public static TheoryData<string, byte[], StatusCode> Bodies => new()
    {
        { "nothing", [], StatusCode.Internal },
        { "an empty message", Frame([]), StatusCode.NotFound },
        { "half a header", [0, 0], StatusCode.Internal },
        { "a length without a message", [0, 0, 0, 0, 9], StatusCode.Internal },
        { "less than its length", Frame([1, 2, 3])[..^1], StatusCode.Internal },
        { "more than its length", [.. Frame(Good()), 7], StatusCode.Internal },
        { "two messages", [.. Frame(Good()), .. Frame(Good())], StatusCode.Internal },
        { "a flag of compression without an encoding", Frame(Good(), flag: 1), StatusCode.Internal },
        { "an unknown flag", Frame(Good(), flag: 7), StatusCode.Unknown },
        { "a huge length", [0, 0x7F, 0xFF, 0xFF, 0xFF, 1], StatusCode.ResourceExhausted },
        { "a length beyond all", [0, 0xFF, 0xFF, 0xFF, 0xFF, 1], StatusCode.Unknown },
        { "a tag that ends", Frame([0x80]), StatusCode.InvalidArgument },
        { "field 0", Frame([0x02, 0]), StatusCode.InvalidArgument },
        { "an unknown wire type", Frame([0x0F]), StatusCode.InvalidArgument },
        { "a length that lies", Frame([0x0A, 0x7F, (byte)'x']), StatusCode.InvalidArgument },
        { "a length of 64 bits", Frame([0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1]), StatusCode.InvalidArgument },
        { "a varint without end", Frame([0x10, .. Enumerable.Repeat((byte)0xFF, 11)]), StatusCode.InvalidArgument },
        { "a name that is no text", Frame([0x0A, 2, 0xC3, 0x28]), StatusCode.InvalidArgument },
        { "a name that is a number", Frame([0x08, 1]), StatusCode.InvalidArgument },
        { "an end of no group", Frame([0x7C]), StatusCode.InvalidArgument },
        { "a group without end", Frame([0x7B]), StatusCode.InvalidArgument },
        { "groups in groups", Frame([.. Enumerable.Repeat((byte)0x7B, 10_000)]), StatusCode.InvalidArgument },
        { "a broken input", Frame([.. Named(), 0x2A, 2, 0x0A, 9]), StatusCode.InvalidArgument },
        { "broken contents", Frame([.. Named(), 0x2A, 20, 0x0A, 6, .. "INPUT0"u8, 0x12, 4, .. "FP32"u8, 0x2A, 2, 0x32, 9, 0, 0]), StatusCode.InvalidArgument },
        { "unknown fields and groups", Frame([.. Good(), 0x7B, 0x08, 1, 0x7C, 0xFA, 0x07, 1, 0]), StatusCode.OK },
    };

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task ModelInfer_AnyBytes_HaveAStatusAndHarmNobody(string name, byte[] body, StatusCode expected)
    {
        Assert.NotEmpty(name);
        var app = apps[kestrel: true];

        var (status, detail) = await PostAsync(app, Infer, body);

        Assert.True(expected == status, $"{status}: {detail}");
        await app.Client.ModelInferAsync(Requests.AddSub());
    }

    [Fact]
    public async Task ModelStreamInfer_MalformedMessage_IsAMessageAndTheStreamGoesOn()
    {
        var app = apps[kestrel: true];

        var (status, _) = await PostAsync(app, Stream, [.. Frame(Good()), .. Frame([0x0A, 0x7F]), .. Frame(Good())], answer =>
        {
            var errors = Split(answer).Select(message => ModelStreamInferResponse.Parser.ParseFrom(message).ErrorMessage).ToArray();
            Assert.Equal(3, errors.Length);
            Assert.Empty(errors[0]);
            Assert.Contains("protobuf", errors[1], StringComparison.Ordinal);
            Assert.Empty(errors[2]);
        });

        Assert.Equal(StatusCode.OK, status);
    }

    [Theory]
    [InlineData(new byte[] { 1, 2, 3, 4 })]
    [InlineData(new byte[] { 0x78, 0x7D, 0, 0, 0, 0, 0, 0 })]
    public async Task ModelInfer_DamagedCompression_IsInvalidArgument(byte[] message)
    {
        // The second asks for a dictionary that nobody has: zlib reports that otherwise than damage.
        var (status, detail) = await PostAsync(apps[kestrel: true], Infer, Frame(message, flag: 1), encoding: "deflate");

        Assert.True(status == StatusCode.InvalidArgument, $"{status}: {detail}");
        Assert.Contains("inflated", detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SmallCalls_MalformedMessage_IsInvalidArgument()
    {
        var (status, _) = await PostAsync(apps[kestrel: true], "/inference.GRPCInferenceService/ModelMetadata", Frame([0x0A, 0x7F]));

        Assert.Equal(StatusCode.InvalidArgument, status);
    }

    [Fact]
    public async Task UnknownMethod_IsUnimplemented()
    {
        var (status, _) = await PostAsync(apps[kestrel: true], "/inference.GRPCInferenceService/Nothing", Frame([]));

        Assert.Equal(StatusCode.Unimplemented, status);
    }

    [Fact]
    public async Task UnpackedNumbers_AreReadAsPackedOnes()
    {
        // A shape and contents as clients of old write them: one field for each number.
        byte[] contents = [0x10, 5, 0x10, 0xFB, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 1, 0x12, 1, 9];
        byte[] input = [0x0A, 1, (byte)'x', 0x12, 5, .. "INT32"u8, 0x18, 1, 0x18, 3, 0x2A, (byte)contents.Length, .. contents];
        byte[] message = [0x0A, 8, .. "id-INT32"u8, 0x2A, (byte)input.Length, .. input];

        var (status, detail) = await PostAsync(apps[kestrel: true], Infer, Frame(message), answer =>
        {
            var output = ModelInferResponse.Parser.ParseFrom(Assert.Single(Split(answer))).Outputs[0];
            Assert.Equal([1, 3], output.Shape);
            Assert.Equal([5, -5, 9], output.Contents.IntContents);
        });

        Assert.True(status == StatusCode.OK, detail);
    }

    private static byte[] Good() => Requests.AddSub().ToByteArray();

    private static byte[] Named() => new ModelInferRequest { ModelName = "addsub" }.ToByteArray();

    private static byte[] Frame(byte[] message, byte flag = 0)
    {
        var frame = new byte[5 + message.Length];
        frame[0] = flag;
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame, 5);
        return frame;
    }

    private static List<byte[]> Split(byte[] frames)
    {
        var messages = new List<byte[]>();
        for (var i = 0; i < frames.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(frames.AsSpan(i + 1));
            messages.Add(frames[(i + 5)..(i + 5 + length)]);
            i += 5 + length;
        }

        return messages;
    }

    private static async Task<(StatusCode Status, string Detail)> PostAsync(GrpcApp app, string path, byte[] body, Action<byte[]>? check = null, string? encoding = null)
    {
        using var http = new HttpClient { Timeout = GrpcApp.Patience };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(app.Addresses[0], path))
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(body),
        };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        if (encoding is not null)
        {
            request.Headers.Add("grpc-encoding", encoding);
        }

        using var response = await http.SendAsync(request);
        var answer = await response.Content.ReadAsByteArrayAsync();
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        check?.Invoke(answer);
        return ((StatusCode)int.Parse(Find("grpc-status") ?? "-1", System.Globalization.CultureInfo.InvariantCulture), Find("grpc-message") ?? "");

        string? Find(string name)
            => response.TrailingHeaders.TryGetValues(name, out var trailers) ? trailers.First()
                : response.Headers.TryGetValues(name, out var headers) ? headers.First() : null;
    }
}
