// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.ObjectPool;

namespace Inference.Hosting.AspNetCore.V2;

/// <summary><c>POST …/infer</c>: from a body to a call of the model, and back.</summary>
internal sealed class InferEndpoint(EndpointServices services)
{
    private readonly ObjectPool<V2RequestReader> _readers =
        new DefaultObjectPool<V2RequestReader>(new ReaderPolicy(services.Options));

    public async Task InvokeAsync(HttpContext context)
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

    private async Task AnswerAsync(HttpContext context, DoorMeasure? door)
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
        var version = ModelAccess.FindReady(model, routeVersion);
        LoadMetricsHeader.Prepare(context, version);
        var tensors = services.Catalog.GetCapability<ITensorModel>(model.Name) ?? throw new InferenceException(
            InferenceErrorCode.Unsupported, $"Model '{model.Name}' does not take tensors, so V2 inference cannot call it.");
        var metadata = ModelAccess.MetadataOf(tensors, version);

        // (2) Read. The reader owns the tensors' memory until the answer is written, because outputs may be views of inputs.
        var reader = _readers.Get();
        try
        {
            await using (var body = BodyReader.Open(context, services.Options, services.Receiving, services.Time))
            {
                await reader.ReadAsync(context, body, metadata);
            }

            services.Headers.Apply(context.Request, reader.Request.Inference);

            door?.Asked();

            // (3) Call, (4) answer, with the labels of the version that did answer.
            using var response = await InferAsync(context, tensors, reader.Request.Inference, (model.Name, routeVersion), deadline);
            var answered = response.Timing.Version ?? version.Version;
            var info = model.Versions.FirstOrDefault(known => known.Version == answered) ?? version;
            await V2ResponseWriter.WriteAsync(
                context, model.Name, answered, ModelAccess.MetadataOf(tensors, info), reader.Request, response);
        }
        finally
        {
            _readers.Return(reader);
        }
    }

    private ValueTask<InferenceResponse> InferAsync(
        HttpContext context, ITensorModel tensors, InferenceRequest request, (string Model, string? Version) pin, DateTimeOffset? deadline)
    {
        var ambient = services.CreateContext(context, request.Priority, pin.Model, pin.Version, deadline);

        // The context need not outlive this call: what the model starts in it has captured it.
        using (InferenceContext.Use(ambient))
        {
            return tensors.InferAsync(request, context.RequestAborted);
        }
    }

    private sealed class ReaderPolicy(InferenceHttpOptions options) : PooledObjectPolicy<V2RequestReader>
    {
        public override V2RequestReader Create() => new(options);

        public override bool Return(V2RequestReader obj)
        {
            obj.Request.Dispose();
            return true;
        }
    }
}
