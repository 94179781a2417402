// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Inference.Hosting;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.Functions;
using Inference.Hosting.Capabilities;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Microsoft.AspNetCore.Builder;

/// <summary>Maps typed functions.</summary>
public static class FunctionEndpointRouteBuilderExtensions
{
    /// <summary>Maps a POST route for a model that is an <see cref="IBatchFunction{TIn, TOut}"/>: an item gives its result, an array of items an array of results.</summary>
    /// <param name="endpoints">The app, or a group of it.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="model">The model's name.</param>
    /// <returns>For conventions of the app: authorization, rate limits, tags.</returns>
    /// <remarks>
    /// Bodies are read and written with the app's JSON options (<c>ConfigureHttpJsonOptions</c>), and described in its OpenAPI document. Where
    /// an item is itself an array in JSON, the body is always an array of items. Failures are <c>{"error": text}</c> by the table of errors, a
    /// full queue is 429 at once, and the limits of <see cref="InferenceHttpOptions"/> and <c>RequireAuthorization</c> of the model hold. With
    /// <c>Accept: application/x-ndjson</c> each result is a line, <c>{"index":0,"result":…}</c> or <c>{"index":1,"error":"…"}</c>, as soon as
    /// it is there.
    /// </remarks>
    /// <exception cref="InvalidOperationException">There is no such function, or the app's JSON options do not know its types; the message says the mend.</exception>
    public static IEndpointConventionBuilder MapFunction(this IEndpointRouteBuilder endpoints, string pattern, string model)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        var options = endpoints.ServiceProvider.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        return FindTypes(endpoints, model).Accept(new Mapper(endpoints, pattern, model, options));
    }

    /// <summary>Maps a POST route for a model that is an <see cref="IBatchFunction{TIn, TOut}"/>, with JSON contracts of its own.</summary>
    /// <typeparam name="TIn">An item.</typeparam>
    /// <typeparam name="TOut">The result of an item.</typeparam>
    /// <param name="endpoints">The app, or a group of it.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="model">The model's name.</param>
    /// <param name="item">How an item is read: of a source-generated context, for an app that is compiled ahead of time.</param>
    /// <param name="result">How a result is written.</param>
    /// <returns>For conventions of the app: authorization, rate limits, tags.</returns>
    /// <exception cref="InvalidOperationException">There is no such function, or it has other types; the message says the mend.</exception>
    public static IEndpointConventionBuilder MapFunction<TIn, TOut>(
        this IEndpointRouteBuilder endpoints, string pattern, string model, JsonTypeInfo<TIn> item, JsonTypeInfo<TOut> result)
    {
        ArgumentNullException.ThrowIfNull(endpoints);
        ArgumentNullException.ThrowIfNull(item);
        ArgumentNullException.ThrowIfNull(result);
        var types = FindTypes(endpoints, model);
        return types.Item == typeof(TIn) && types.Result == typeof(TOut)
            ? FunctionRoutes.Map(endpoints, pattern, model, item, result)
            : throw new InvalidOperationException(
                $"The function of model '{model}' takes {types.Item.Name} and gives {types.Result.Name}, not {typeof(TIn).Name} and {typeof(TOut).Name}: use the same types in MapFunction and in UseFunction.");
    }

    private static BatchFunctionTypes FindTypes(IEndpointRouteBuilder endpoints, string model)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return endpoints.ServiceProvider.GetKeyedService<BatchFunctionTypes>(model) ?? throw new InvalidOperationException(
            $"There is no typed function '{model}' to map. Call builder.Services.AddModel(\"{model}\").UseFunction(…) with a function over items before app.MapFunction(…).");
    }

    private sealed class Mapper(IEndpointRouteBuilder endpoints, string pattern, string model, JsonSerializerOptions options)
        : IBatchFunctionVisitor<IEndpointConventionBuilder>
    {
        public IEndpointConventionBuilder Visit<TIn, TOut>()
            => FunctionRoutes.Map(endpoints, pattern, model, Find<TIn>(), Find<TOut>());

        private JsonTypeInfo<T> Find<T>()
        {
            options.MakeReadOnly();
            return options.TryGetTypeInfo(typeof(T), out var type)
                ? (JsonTypeInfo<T>)type
                : throw new InvalidOperationException(
                    $"The app's JSON options do not know {typeof(T).Name}, which the function of model '{model}' takes or gives. Add [JsonSerializable(typeof({typeof(T).Name}))] to a context of the app and the context to ConfigureHttpJsonOptions, or give MapFunction the contracts.");
        }
    }
}
