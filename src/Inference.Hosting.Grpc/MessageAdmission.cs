// SPDX-License-Identifier: Apache-2.0

using System.IO.Pipelines;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Inference.Hosting.AspNetCore.V2;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Metadata;

namespace Inference.Hosting.Grpc;

/// <summary>Lets messages in that are as large as tensors are, and that arrive in time.</summary>
internal sealed class MessageAdmission(V2Operations operations)
{
    public void Apply(EndpointBuilder builder)
    {
        // A stream may be silent for long; one message may not.
        var next = builder.RequestDelegate;
        if (next is null)
        {
            return;
        }

        var isUnary = builder.Metadata.OfType<GrpcMethodMetadata>().FirstOrDefault()?.Method.Type == MethodType.Unary;
        builder.RequestDelegate = isUnary ? context => InvokeAsync(next, context) : context =>
        {
            AdmitSize(context);
            return ReceiveAsync(next, context);
        };
    }

    private Task InvokeAsync(RequestDelegate next, HttpContext context)
    {
        AdmitSize(context);
        var body = context.Request.BodyReader;
        if (!HasArrived(body))
        {
            return WatchAsync(next, context);
        }

        context.Features.Set<IRequestBodyPipeFeature>(new ArrivedBody(body));
        return next(context);
    }

    private async Task WatchAsync(RequestDelegate next, HttpContext context)
    {
        var timeout = operations.Options.ReceiveTimeout;

        // When the message is read, nobody waits any more for what this cancels.
        await using var timer = timeout == TimeSpan.Zero ? null : operations.Time.CreateTimer(
            static body => ((PipeReader)body!).CancelPendingRead(), context.Request.BodyReader, timeout, Timeout.InfiniteTimeSpan);
        await ReceiveAsync(next, context);
    }

    private async Task ReceiveAsync(RequestDelegate next, HttpContext context)
    {
        using var body = new ReceivedBody(context.Request.BodyReader, operations);
        context.Features.Set<IRequestBodyPipeFeature>(body);
        await next(context);
    }

    private static bool HasArrived(PipeReader body)
    {
        if (!body.TryRead(out var result))
        {
            return false;
        }

        body.AdvanceTo(result.Buffer.Start);
        return result.IsCompleted;
    }

    // The server has a limit of its own, lower than tensors need; MaxReceiveMessageSize holds instead. One the app gave stays.
    private static void AdmitSize(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<IRequestSizeLimitMetadata>() is null
            && context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } feature)
        {
            feature.MaxRequestBodySize = null;
        }
    }
}
