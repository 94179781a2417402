// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.IO.Pipelines;
using System.Net;
using System.Net.Http.Headers;
using Inference.Hosting.Grpc.Tests.Support;
using Inference.Hosting.Testing;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Grpc.Tests.Services;

/// <summary>Connections that break while a message arrives.</summary>
public sealed class BrokenConnectionTests
{
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, false)]
    [InlineData(true, true)]
    [InlineData(false, true)]
    public async Task ModelInfer_ConnectionResetInTheMessage_IsNoFailureOfTheServer(bool onRead, bool hasArrived)
    {
        var log = new ErrorLog();
        var backend = new FakeBackend(_ => new InferenceResponse([]));
        await using var app = await GrpcApp.StartAsync(
            services => services.AddModel("m").UseBackend(_ => backend),
            configure: builder => builder.Logging.AddProvider(log),
            map: app =>
            {
                app.Use((context, next) =>
                {
                    context.Features.Set<IRequestBodyPipeFeature>(new BrokenBody(onRead, hasArrived));
                    return next(context);
                });
                app.MapInference();
            });
        using var client = app.CreateHttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/inference.GRPCInferenceService/ModelInfer")
        {
            Version = HttpVersion.Version20,
            Content = new ByteArrayContent([]) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
        request.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));

        using var response = await client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();

        var headers = response.Headers.Contains("grpc-status") ? response.Headers : response.TrailingHeaders;
        Assert.Equal("1", Assert.Single(headers.GetValues("grpc-status")));
        Assert.Empty(log.Texts);
    }

    /// <summary>The length of a message and a little of it, then the end of the connection: when more is read, or when what was read is given back.</summary>
    /// <remarks>One that has arrived as a whole breaks when it is read, or given back, for the second time: first it is looked at.</remarks>
    private sealed class BrokenBody(bool onRead, bool hasArrived) : PipeReader, IRequestBodyPipeFeature
    {
        private readonly byte[] _bytes = hasArrived ? [0, 0, 0, 0, 3, 0x0A, 1, (byte)'m'] : [0, 0, 0, 0, 100, 1, 2, 3];
        private bool _wasRead;

        public PipeReader Reader => this;

        public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            if (onRead && (_wasRead || hasArrived))
            {
                throw new ConnectionResetException("Connection reset by peer.");
            }

            _wasRead = true;
            return new(new ReadResult(new ReadOnlySequence<byte>(_bytes), isCanceled: false, isCompleted: hasArrived));
        }

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            if (!onRead && (_wasRead || !hasArrived))
            {
                throw new IOException("The client reset the request stream.");
            }
        }

        public override bool TryRead(out ReadResult result)
        {
            result = hasArrived ? new ReadResult(new ReadOnlySequence<byte>(_bytes), isCanceled: false, isCompleted: true) : default;
            return hasArrived;
        }

        public override void CancelPendingRead()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
