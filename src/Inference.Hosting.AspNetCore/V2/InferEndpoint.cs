// SPDX-License-Identifier: Apache-2.0

using System.Runtime.CompilerServices;
using Inference.Hosting.AspNetCore.Http;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary><c>POST …/infer</c>: from a body to a call of the model, and back.</summary>
internal sealed class InferEndpoint(EndpointServices services, V2Operations operations)
{
    // As many as requests may be under way on a busy server; an idle one takes a few KiB.
    private const int MostIdle = 512;

    private readonly ObjectPool<Exchange> _exchanges =
        new DefaultObjectPool<Exchange>(new ExchangePolicy(services), MostIdle);

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    public async ValueTask InvokeAsync(HttpContext context)
    {
        var door = DoorMeasure.Start(services);
        try
        {
            await AnswerAsync(context, door);
        }
        catch (InferenceException exception) when (door is { IsAsked: false })
        {
            door.Refused(exception.Code);
            throw;
        }
    }

    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder))]
    private async ValueTask AnswerAsync(HttpContext context, DoorMeasure? door)
    {
        var deadline = services.FindDeadline();

        // (1) Whom is it for, and may the caller? Before a byte of the body is read.
        var model = services.Models.Find(RouteNames.Get(context, RouteNames.Model));
        if (!await ModelAccess.IsAllowedAsync(context, model))
        {
            return;
        }

        var routeVersion = RouteNames.Get(context, RouteNames.Version);
        door?.Found(model, routeVersion);
        var target = operations.FindTarget(model, routeVersion);
        LoadMetricsHeader.Prepare(context, target.Version);

        // (2) Read. The reader owns the tensors' memory until the answer is written, because outputs may be views of inputs.
        var exchange = _exchanges.Get();
        var reader = exchange.Reader;
        try
        {
            await using (var body = exchange.Body.Open(context))
            {
                await reader.ReadAsync(context, body, target.Metadata);
            }

            door?.Asked();

            // (3) Call, (4) answer, with the labels of the version that did answer.
            using var response = await operations.CallAsync(context, target, reader.Request, deadline, context.RequestAborted);
            var (answered, labels) = (V2Operations.VersionOf(target, response.Timing), operations.DescribeAnswer(target, response.Timing));
            await exchange.Writer.WriteAsync(context, model.Name, answered, labels, reader.Request, response);
        }
        finally
        {
            _exchanges.Return(exchange);
        }
    }

    /// <summary>What one request needs from its first byte to the last of its answer.</summary>
    private sealed class Exchange(EndpointServices services)
    {
        public BodyReader Body { get; } = new(services.Options, services.Receiving, services.Time);

        public V2RequestReader Reader { get; } = new(services.Options);

        public V2ResponseWriter Writer { get; } = new();
    }

    private sealed class ExchangePolicy(EndpointServices services) : PooledObjectPolicy<Exchange>
    {
        public override Exchange Create() => new(services);

        public override bool Return(Exchange obj)
        {
            obj.Reader.Request.Dispose();
            obj.Writer.Dispose();
            return true;
        }
    }
}
