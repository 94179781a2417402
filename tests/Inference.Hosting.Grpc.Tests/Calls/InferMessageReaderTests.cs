// SPDX-License-Identifier: Apache-2.0

extern alias package;

using System.Buffers;
using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using package::Inference.Hosting.Grpc.Calls;

namespace Inference.Hosting.Grpc.Tests.Calls;

/// <summary>The reader against messages that are damaged in every way.</summary>
public sealed class InferMessageReaderTests
{
    [Fact]
    public void Read_DamagedMessages_AreReadOrRefusedAndNothingElse()
    {
        using var app = new OperationsApp();
        var pool = new InferMessagePool(app.Operations);
        byte[][] seeds =
        [
            Requests.AddSub("id").ToByteArray(),
            Requests.Identity("INT16", new InferTensorContents { IntContents = { 1, -2, 300 } }, 1, 3).ToByteArray(),
            Requests.Identity("BYTES", new InferTensorContents { BytesContents = { ByteString.CopyFromUtf8("Cat"), ByteString.Empty } }, 1, 2).ToByteArray(),
            Requests.Identity("FP64", new InferTensorContents { Fp64Contents = { 1, 2 } }, 1, 2).ToByteArray(),
            Requests.Identity("BOOL", new InferTensorContents { BoolContents = { true, false } }, 1, 2).ToByteArray(),
        ];
        var random = new Random(20261124);
        var (read, refused) = (0, 0);
        for (var i = 0; i < 50_000; i++)
        {
            var bytes = (byte[])seeds[i % seeds.Length].Clone();
            for (var damage = random.Next(4); damage > 0; damage--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            using var message = pool.Rent();
            message.Receive(new ReadOnlySequence<byte>(bytes, 0, random.Next(10) == 0 ? random.Next(bytes.Length) : bytes.Length));
            try
            {
                InferMessageReader.Open(message);
                InferMessageReader.Read(message, null);
                read++;
            }
            catch (InferenceException exception)
            {
                Assert.True(exception.Code is InferenceErrorCode.InvalidInput or InferenceErrorCode.Unsupported or InferenceErrorCode.PayloadTooLarge);
                refused++;
            }
        }

        Assert.InRange(read, 5_000, 45_000);
        Assert.InRange(refused, 5_000, 45_000);
    }

    /// <summary>The operations that MapInference gives to a protocol.</summary>
    private sealed class OperationsApp : IProtocolEndpoints, IDisposable
    {
        private readonly WebApplication _app;

        public OperationsApp()
        {
            var builder = WebApplication.CreateSlimBuilder();
            TestModels.Add(builder.Services);
            builder.Services.AddSingleton<IProtocolEndpoints>(this);
            _app = builder.Build();
            _app.MapInference();
        }

        public V2Operations Operations { get; private set; } = null!;

        public void Map(InferenceRouteGroups groups) => Operations = groups.V2;

        public void Dispose() => ((IDisposable)_app).Dispose();
    }
}
