// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using Google.Protobuf;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>Frames that no client of gRPC sends, many times each: the next good call is answered, and what they held comes back.</summary>
public sealed class RawFrameTests
{
    private const string Infer = "/inference.GRPCInferenceService/ModelInfer";
    private const string Stream = "/inference.GRPCInferenceService/ModelStreamInfer";
    // Altogether less than the window of a connection: these frames do not wait for more.
    private const int Times = 60;
    private const int TensorLength = 12_000;
    private const int LargeLength = 900_000;

    /// <summary>What a case sends on a stream of its own, and whether the connection must outlive it.</summary>
    private static readonly Dictionary<string, (Func<int, byte[]> Frames, bool Survives)> _cases = new()
    {
        ["half a message, then a reset"] = (
            id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Half(), isLast: false), .. Http2Frames.Reset(id)], true),
        ["half a message of a stream, then a reset"] = (
            id => [.. Http2Frames.Call(id, Stream), .. Http2Frames.Data(id, Half(), isLast: false), .. Http2Frames.Reset(id)], true),
        ["half a message, then the end"] = (id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Half(), isLast: true)], true),
        ["a prefix that is too long"] = (id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Message(length: 1 << 20), isLast: true)], true),
        ["a prefix that is too short"] = (id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Message(length: 7), isLast: true)], true),
        ["a flag of compression without an encoding"] = (
            id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Message(flag: 1), isLast: true)], true),
        ["an encoding that does not exist"] = (
            id => [.. Http2Frames.Call(id, Infer, headers: ("grpc-encoding", "nonsense")), .. Http2Frames.Data(id, Message(flag: 1), isLast: true)], true),
        ["a deadline that is no time"] = (
            id => [.. Http2Frames.Call(id, Infer, headers: ("grpc-timeout", "99999999999X")), .. Http2Frames.Data(id, Message(), isLast: true)], true),
        ["headers alone"] = (id => Http2Frames.Call(id, Infer, isEmpty: true), true),
        ["headers and trailers alone"] = (id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Trailers(id, ("x-end", "1"))], true),
        ["a message and trailers"] = (
            id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Message(), isLast: false), .. Http2Frames.Trailers(id, ("x-end", "1"))], true),
        ["a whole message, then a reset"] = (
            id => [.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Message(), isLast: true), .. Http2Frames.Reset(id)], true),
        ["another content type"] = (id => [.. Http2Frames.Post(id, Infer), .. Http2Frames.Data(id, Message(), isLast: true)], true),
        ["data before headers"] = (id => Http2Frames.Data(id, Message(), isLast: true), false),
        ["data behind the end"] = (
            id => [.. Http2Frames.Call(id, Infer, isEmpty: true), .. Http2Frames.Data(id, Message(), isLast: true)], false),
        ["headers that are too large"] = (
            id => [.. Http2Frames.Call(id, Infer, headers: ("x-large", new string('a', 60_000))), .. Http2Frames.Data(id, Message(), isLast: true)], false),
    };

    public static TheoryData<string> Cases => [.. _cases.Keys];

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task AnyFrames_ManyTimes_HarmNoOtherCallAndLeaveNothingBehind(string name)
    {
        var (frames, survives) = _cases[name];
        var backend = new FakeBackend(("y", InferenceTensor.Create([1f], 1, 1)));
        var log = new ErrorLog();
        await using var app = await GrpcApp.StartAsync(
            services =>
            {
                services.AddModel("m").UseBackend(_ => backend);

                // What would stay held of the broken messages would leave no room for a large one.
                services.Configure<InferenceHttpOptions>(options => options.MaxReceivingBytes = 1 << 20);
            },
            kestrel: true,
            configure: builder => builder.Logging.AddProvider(log));
        var connection = await RawConnection.OpenAsync(app.Addresses[0]);
        var id = -1;
        for (var i = 0; i < Times; i++)
        {
            id += 2;
            if (!await connection.SendAsync(frames(id)) || !survives)
            {
                Assert.False(survives && i == 0, "The connection was closed.");
                connection.Dispose();
                connection = await RawConnection.OpenAsync(app.Addresses[0]);
                id = -1;
            }
        }

        if (survives)
        {
            // A server that is tired of resets may close the connection; one that is not answers on it.
            id += 2;
            var isOpen = await connection.SendAsync([.. Http2Frames.Call(id, Infer), .. Http2Frames.Data(id, Message(), isLast: true)]);
            var answer = isOpen ? await connection.ReadAsync(id) : null;
            Assert.True(answer is not null || name.EndsWith("reset", StringComparison.Ordinal), "The connection answers no more.");
            if (answer is not null)
            {
                Assert.Equal("m", ModelInferResponse.Parser.ParseFrom(answer.AsSpan(5)).ModelName);
            }
        }

        connection.Dispose();
        Assert.Equal("m", (await app.Client.ModelInferAsync(Good()).ResponseAsync.WaitAsync(GrpcApp.Patience)).ModelName);
        await WaitUntilAsync(() => backend.ActiveCalls == 0 && app.Catalog.Models[0].Versions[0].Load?.InFlight == 0);

        await app.Client.ModelInferAsync(Good(LargeLength)).ResponseAsync.WaitAsync(GrpcApp.Patience);
        Assert.Empty(log.Texts);
    }

    private static ModelInferRequest Good(int bytes = TensorLength)
    {
        var request = new ModelInferRequest { ModelName = "m", Inputs = { Requests.Input("x", "FP32", 1, bytes / 4) } };
        request.RawInputContents.Add(ByteString.CopyFrom(new byte[bytes]));
        return request;
    }

    private static byte[] Message(byte flag = 0, int? length = null)
    {
        var body = Good().ToByteArray();
        byte[] message = [flag, 0, 0, 0, 0, .. body];
        BinaryPrimitives.WriteInt32BigEndian(message.AsSpan(1), length ?? body.Length);
        return message;
    }

    private static byte[] Half()
    {
        var message = Message();
        return message[..(message.Length / 2)];
    }

    private static async Task WaitUntilAsync(Func<bool> isSo)
    {
        using var patience = new CancellationTokenSource(GrpcApp.Patience);
        while (!isSo())
        {
            await Task.Delay(10, patience.Token);
        }
    }
}
