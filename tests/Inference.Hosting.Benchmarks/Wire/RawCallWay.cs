// SPDX-License-Identifier: Apache-2.0

extern alias remote;

using System.Net.Http.Headers;
using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Benchmarks.Ways;
using remote::Inference.Hosting.Remote.V2;
using remote::Inference.Hosting.Remote.V2.Rest;
using remote::Inference.Hosting.Remote.V2.Rpc;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>The same bytes to the identity server by the plain clients of .NET, made once, and an answer that nobody reads: what a call costs at least.</summary>
internal sealed class RawCallWay(string name, Func<ValueTask<int>> call, IDisposable owner, int expected) : IWay
{
    public string Name => name;

    /// <summary><see cref="HttpClient"/>, a prepared body, an answer read into one buffer for each call.</summary>
    public static RawCallWay Rest(Uri address, int columns)
    {
        var body = RestProtocol.Instance.Write(MakeCall(columns));
        var bytes = body.Memory.ToArray();
        var client = new HttpClient { BaseAddress = address };
        return new RawCallWay(
            "HttpClient",
            async () =>
            {
                using var content = new ByteArrayContent(bytes);
                content.Headers.ContentType = new MediaTypeHeaderValue("application/octet-stream");
                content.Headers.Add("Inference-Header-Content-Length", body.HeaderLength.ToString());
                using var response = await client.PostAsync(new Uri($"v2/models/{IdentityServer.Model}/versions/1/infer", UriKind.Relative), content).ConfigureAwait(false);
                return (await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync().ConfigureAwait(false)).Length;
            },
            client,
            columns * sizeof(float));
    }

    /// <summary>grpc-dotnet with messages that are bytes.</summary>
    public static RawCallWay Rpc(Uri address, int columns)
    {
        using var body = RpcProtocol.Instance.Write(MakeCall(columns));
        var bytes = body.Memory[5..].ToArray();
        var channel = GrpcChannel.ForAddress(address, new GrpcChannelOptions { MaxReceiveMessageSize = null });
        var invoker = channel.CreateCallInvoker();
        var method = GrpcWay.MakeMethod("inference.GRPCInferenceService", "ModelInfer");
        return new RawCallWay(
            "Grpc.Net.Client",
            async () => (await invoker.AsyncUnaryCall(method, null, default(CallOptions), bytes).ResponseAsync.ConfigureAwait(false)).Length,
            channel,
            columns * sizeof(float));
    }

    public async ValueTask CallAsync(int caller)
    {
        if (await call().ConfigureAwait(false) < expected)
        {
            throw new InvalidOperationException("The answer is not the request.");
        }
    }

    public ValueTask DisposeAsync()
    {
        owner.Dispose();
        return default;
    }

    private static V2Call MakeCall(int columns) => new(
        new RemoteModel(IdentityServer.Model, "1", [], []) { Features = RemoteFeatures.BinaryData },
        new InferenceRequest { Inputs = { { "x", RemoteWay.MakeInput(columns) } } });
}
