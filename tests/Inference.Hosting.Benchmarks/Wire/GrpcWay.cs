// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Google.Protobuf;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Benchmarks.Models;
using Inference.Hosting.Benchmarks.Ways;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>V2 over gRPC in clear text, tensors as raw contents. All callers share a channel, which opens connections as it needs them.</summary>
internal class GrpcWay : IWireWay
{
    private static readonly Marshaller<byte[]> _bytes = Marshallers.Create(message => message, bytes => bytes);

    public virtual string Name => "**ours, gRPC**";

    public virtual string? Bare => GrpcEchoWay.Title;

    protected virtual Method<byte[], byte[]> Method { get; } = MakeMethod("inference.GRPCInferenceService", "ModelInfer");

    public virtual void Configure(WebApplicationBuilder builder) => builder.Services.AddInferenceGrpc();

    public virtual void Map(WebApplication app, IReadOnlyList<WireModel> models)
    {
    }

    public Task<IWay> ConnectAsync(WireAddress address, WireModel model, int callers)
    {
        byte[][] requests = [.. model.Model.Payloads.Select(payload => MakeRequest(model, payload))];
        return Task.FromResult<IWay>(new Callers(Name, Open(address), Method, requests));
    }

    public async Task<float[]?> AskAsync(WireAddress address, WireModel model)
    {
        using var channel = Open(address);
        var request = MakeRequest(model, model.Model.Payloads[0]);
        return ReadOutput(await channel.CreateCallInvoker().AsyncUnaryCall(Method, null, default, request).ResponseAsync.ConfigureAwait(false));
    }

    /// <summary>A unary method whose messages are bytes.</summary>
    public static Method<byte[], byte[]> MakeMethod(string service, string name) => new(MethodType.Unary, service, name, _bytes, _bytes);

    /// <summary>The output of an answer; null when the way does not compute.</summary>
    protected virtual float[]? ReadOutput(byte[] message)
    {
        var input = new CodedInputStream(message);
        for (var tag = input.ReadTag(); tag != 0; tag = input.ReadTag())
        {
            if (WireFormat.GetTagFieldNumber(tag) == 6)
            {
                return MemoryMarshal.Cast<byte, float>(input.ReadBytes().Span).ToArray();
            }

            input.SkipLastField();
        }

        throw new InvalidOperationException("The answer has no raw contents.");
    }

    private static byte[] MakeRequest(WireModel model, Payload payload)
    {
        var (name, data, shape) = payload.Inputs.Single();
        return Write(request =>
        {
            Bytes(request, 1, ByteString.CopyFromUtf8(model.Key));
            Bytes(request, 5, ByteString.CopyFrom(Write(input =>
            {
                Bytes(input, 1, ByteString.CopyFromUtf8(name));
                Bytes(input, 2, ByteString.CopyFromUtf8("FP32"));
                foreach (var dimension in shape)
                {
                    input.WriteTag(3, WireFormat.WireType.Varint);
                    input.WriteInt64(dimension);
                }
            })));
            Bytes(request, 7, ByteString.CopyFrom(MemoryMarshal.AsBytes(data.AsSpan())));
        });

        static void Bytes(CodedOutputStream target, int field, ByteString value)
        {
            target.WriteTag(field, WireFormat.WireType.LengthDelimited);
            target.WriteBytes(value);
        }
    }

    private static byte[] Write(Action<CodedOutputStream> write)
    {
        using var bytes = new MemoryStream();
        using (var target = new CodedOutputStream(bytes, leaveOpen: true))
        {
            write(target);
        }

        return bytes.ToArray();
    }

    private static GrpcChannel Open(WireAddress address) => GrpcChannel.ForAddress($"http://{address.Http2}", new GrpcChannelOptions
    {
        HttpHandler = new SocketsHttpHandler { EnableMultipleHttp2Connections = true },
        MaxReceiveMessageSize = null,
    });

    private sealed class Callers(string name, GrpcChannel channel, Method<byte[], byte[]> method, byte[][] requests) : IWay
    {
        private readonly CallInvoker _invoker = channel.CreateCallInvoker();
        private int _next;

        public string Name => name;

        public async ValueTask CallAsync(int caller)
        {
            using var call = _invoker.AsyncUnaryCall(method, null, default, requests[(Interlocked.Increment(ref _next) & int.MaxValue) % requests.Length]);
            await call.ResponseAsync.ConfigureAwait(false);
        }

        public ValueTask DisposeAsync()
        {
            channel.Dispose();
            return default;
        }
    }
}
