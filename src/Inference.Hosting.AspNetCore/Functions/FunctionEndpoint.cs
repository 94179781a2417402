// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http;

namespace Inference.Hosting.AspNetCore.Functions;

/// <summary>One route of a typed function: an item or an array of items in, a result or an array of results out.</summary>
internal sealed class FunctionEndpoint<TIn, TOut>(
    EndpointServices services, string name, JsonTypeInfo<TIn> itemType, JsonTypeInfo<TOut> resultType)
{
    private readonly FunctionBody<TIn> _body = new(itemType);

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

    private async ValueTask AnswerAsync(HttpContext context, DoorMeasure? door)
    {
        var deadline = services.FindDeadline();

        // (1) May the caller, and is it there? Before a byte of the body is read.
        var model = services.Models.Find(name);
        if (!await ModelAccess.IsAllowedAsync(context, model))
        {
            return;
        }

        door?.Found(model, null);
        LoadMetricsHeader.Prepare(context, services.Models.FindServing(model, null));
        var function = services.Catalog.GetCapability<IBatchFunction<TIn, TOut>>(name) ?? throw new InferenceException(
            InferenceErrorCode.Unsupported, $"Model '{name}' is no function of these types.");

        // (2) Read, with the app's own JSON options, since the types are the app's.
        FunctionInput<TIn> input;
        await using (var body = BodyReader.Open(context, services.Options, services.Receiving, services.Time))
        {
            input = await _body.ReadAsync(body);
        }

        // (3) Call and answer.
        door?.Asked();
        using var ambient = InferenceContext.Use(services.CreateContext(context, 0, name, null, deadline));
        if (ResultLines.AreWanted(context.Request))
        {
            await ResultLines.WriteAsync(context, function.StreamAsync(input.Items, context.RequestAborted), resultType);
        }
        else if (TimingHeader.IsWanted(context.Request))
        {
            await AnswerTimedAsync(context, function, input);
        }
        else if (input.IsArray)
        {
            await WriteAsync(context, await function.InvokeManyAsync(input.Items, context.RequestAborted));
        }
        else
        {
            await JsonBody.WriteAsync(context, await function.InvokeAsync(input.Items[0], context.RequestAborted), resultType);
        }
    }

    private async ValueTask AnswerTimedAsync(HttpContext context, IBatchFunction<TIn, TOut> function, FunctionInput<TIn> input)
    {
        var results = new TOut[input.Items.Count];
        var slowest = default(InferenceTiming);
        await foreach (var result in function.StreamAsync(input.Items, context.RequestAborted))
        {
            results[result.Index] = result.Value;
            slowest = result.Timing.Queue + result.Timing.Compute >= slowest.Queue + slowest.Compute ? result.Timing : slowest;
        }

        context.Response.Headers[TimingHeader.Name] = TimingHeader.Format(slowest);
        await (input.IsArray ? WriteAsync(context, results) : JsonBody.WriteAsync(context, results[0], resultType));
    }

    private async Task WriteAsync(HttpContext context, IReadOnlyList<TOut> results)
    {
        using var bytes = new PooledWriter();
        using (var writer = new Utf8JsonWriter(bytes, new JsonWriterOptions { Encoder = resultType.Options.Encoder, SkipValidation = true }))
        {
            writer.WriteStartArray();
            foreach (var result in results)
            {
                JsonSerializer.Serialize(writer, result, resultType);
            }

            writer.WriteEndArray();
        }

        context.Response.ContentType = MediaTypes.Json;
        context.Response.ContentLength = bytes.Memory.Length;
        await context.Response.BodyWriter.WriteAsync(bytes.Memory, context.RequestAborted);
    }
}
