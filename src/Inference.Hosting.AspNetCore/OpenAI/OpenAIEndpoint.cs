// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Reading;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.OpenAI;

/// <summary>A route that a capability serves: from a body to its model, by whichever way the model offers, and back.</summary>
/// <typeparam name="TCapability">What serves the route.</typeparam>
/// <param name="services">Shared by all routes.</param>
/// <param name="options">What the routes accept.</param>
/// <param name="route">The path below <c>/v1/</c>.</param>
internal abstract class OpenAIEndpoint<TCapability>(EndpointServices services, InferenceOpenAIOptions options, string route)
    where TCapability : class
{
    /// <summary>The path below <c>/v1/</c>.</summary>
    public string Route { get; } = route;

    protected InferenceOpenAIOptions Options { get; } = options;

    public async Task InvokeAsync(HttpContext context)
    {
        var requestId = OpenAIHeaders.Prepare(context, services.Time);
        var door = DoorMeasure.Start(services);
        try
        {
            await AnswerAsync(context, door, requestId);
        }
        catch (InferenceException exception) when (door is { IsAsked: false })
        {
            door.Refused(exception.Code);
            throw;
        }
    }

    /// <summary>Reads the fields, asks the capability, writes the answer. The context of the call is set.</summary>
    /// <remarks>Nothing may be written before the request is validated and admitted, and of a stream before its first event exists.</remarks>
    protected abstract Task AnswerAsync(OpenAICall call, TCapability capability);

    /// <summary>Whether a request that could pass through is read and written here after all.</summary>
    protected virtual bool MustTranslate(RequestFields fields) => false;

    /// <summary>The body is read, and nothing else has happened.</summary>
    protected virtual void Begin(HttpContext context, RequestFields fields)
    {
    }

    /// <summary>Whether a request may name no model because its protocol knows none: then the only one that serves the route answers.</summary>
    protected virtual bool NamesNoModel(RequestFields fields) => false;

    private async Task AnswerAsync(HttpContext context, DoorMeasure? door, string requestId)
    {
        var deadline = services.FindDeadline();

        // (1) Read: the model is named in the body.
        using var body = await ReadAsync(context);
        using var document = RequestFields.Parse(body.Memory, services.Options.MaxJsonDepth);
        var fields = RequestFields.Of(document);

        // (2) Whom is it for, and may the caller?
        Begin(context, fields);
        var (name, model) = FindModel(fields);
        if (!await ModelAccess.IsAllowedAsync(context, model))
        {
            return;
        }

        door?.Found(model, null);
        if (model.Default is { } version)
        {
            LoadMetricsHeader.Prepare(context, version);
        }

        // (3) Ask it, in its own words where it speaks OpenAI's protocol itself. What the call starts captures its context.
        var call = new OpenAICall(context, fields, model, name, services);
        using (InferenceContext.Use(services.CreateContext(context, 0, model.Name, null, deadline)))
        {
            if (services.Catalog.GetCapability<IOpenAIPassThrough>(model.Name) is { } passThrough
                && fields.Has("model") && passThrough.CanPass(Route) && !MustTranslate(fields))
            {
                door?.Asked();
                var request = new PassThroughRequest { Route = Route, Body = body.Memory, Model = name, RequestId = requestId };
                await PassAsync(call, passThrough, request);
                return;
            }

            var capability = FindCapability(model.Name);
            door?.Asked();
            await AnswerAsync(call, capability);
        }
    }

    private (string Name, ModelInfo Model) FindModel(RequestFields fields)
    {
        var name = fields.FindString("model");
        var mayGuess = name is null
            ? Options.AllowMissingModel || NamesNoModel(fields)
            : Options.AllowMissingModel && !services.Catalog.TryGetModel(name, out _);
        if (mayGuess && FindOnly() is { } only)
        {
            return (name ?? only.Name, only);
        }

        name ??= fields.RequireString("model");
        return (name, services.Models.Find(name));
    }

    /// <summary>The model that serves the route, if there is exactly one.</summary>
    private ModelInfo? FindOnly()
    {
        var found = services.Catalog.Models
            .Where(model => services.Catalog.GetCapability<TCapability>(model.Name) is not null
                || services.Catalog.GetCapability<IOpenAIPassThrough>(model.Name)?.CanPass(Route) == true)
            .Take(2)
            .ToList();
        return found is [var only] ? only : null;
    }

    private async Task PassAsync(OpenAICall call, IOpenAIPassThrough passThrough, PassThroughRequest request)
    {
        string fallback;
        try
        {
            await PassThrough.CopyAsync(call.Context, passThrough, request);
            return;
        }
        catch (InferenceException exception) when (exception.Fallback is not null && !call.Context.Response.HasStarted)
        {
            fallback = exception.Fallback;
        }

        FallbackHeader.Write(call.Context.Response, fallback);
        await AnswerAsync(call, FindCapability(fallback));
    }

    private TCapability FindCapability(string model)
        => services.Catalog.GetCapability<TCapability>(model) ?? throw ModelKinds.Refuse(services.Catalog, model, Route);

    private async ValueTask<PooledBytes> ReadAsync(HttpContext context)
    {
        var bytes = new PooledBytes();
        try
        {
            bytes.Expect(context.Request.ContentLength ?? 0);
            await using var body = BodyReader.Open(context, services.Options, services.Receiving, services.Time);
            while (true)
            {
                var result = await body.ReadAsync();
                bytes.Append(result.Buffer);
                body.StepTo(result, result.Buffer.Length);
                if (result.IsCompleted)
                {
                    return bytes;
                }
            }
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }
}
