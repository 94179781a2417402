// SPDX-License-Identifier: Apache-2.0

using System.Reflection;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>Maps one of our routes so that everything about it answers in our words, and describes it for OpenAPI documents.</summary>
/// <remarks>
/// Each route is two endpoints: the described one for its method and content types, and behind it one for everything else on that
/// path, which answers HEAD as GET, and 405 and 415 with <c>{"error"}</c> where the router would send an empty body.
/// </remarks>
internal sealed class RouteMapper(EndpointGuard guard, string tag)
{
    private static readonly int[] _queryErrors = [404, 500];
    private static readonly int[] _inferErrors = [400, 404, 408, 413, 415, 429, 500, 503, 504];

    /// <summary>Maps a GET route.</summary>
    public void Get(IEndpointRouteBuilder group, string pattern, string name, Type answer, RequestDelegate handler, params int[] errors)
    {
        var guarded = guard.Wrap(handler);
        Describe(group.MapGet(pattern, guarded), pattern, name, answer, [.. _queryErrors, .. errors]);
        MapRest(group, pattern, name, HttpMethods.Get, guarded, _ => true);
    }

    /// <summary>Maps a POST route that takes tensors.</summary>
    public void PostTensors(
        IEndpointRouteBuilder group, string pattern, string name, Type body, Type answer, Func<HttpContext, ValueTask> handler)
    {
        var guarded = guard.Wrap(handler);
        var builder = group.MapPost(pattern, guarded);
        builder.WithMetadata(new AcceptsMetadata([MediaTypes.Json, MediaTypes.Binary], SchemaOf(body)));
        Describe(builder, pattern, name, answer, _inferErrors);
        MapRest(group, pattern, name, HttpMethods.Post, guarded, request => MediaTypes.IsTensors(request.ContentType));
    }

    private void Describe(IEndpointConventionBuilder builder, string pattern, string name, Type answer, int[] errors)
    {
        builder.WithDisplayName(name).WithTags(tag).WithSummary(name);
        builder.WithMetadata(new ProducesResponseTypeMetadata(StatusCodes.Status200OK, SchemaOf(answer), [MediaTypes.Json]));
        foreach (var status in errors.Order())
        {
            builder.WithMetadata(new ProducesResponseTypeMetadata(status, SchemaOf(typeof(ErrorBody)), [MediaTypes.Json]));
        }

        // API descriptions are made of endpoints with a method; its parameters are those of the route.
        Delegate signature = RoutePatternFactory.Parse(pattern).Parameters.Count switch
        {
            0 => DescribeRoot,
            1 => DescribeModel,
            _ => DescribeVersion,
        };
        builder.WithMetadata(signature.Method);
        foreach (var parameter in signature.Method.GetParameters().Where(parameter => parameter.ParameterType == typeof(string)))
        {
            builder.WithMetadata(new RouteParameter(parameter));
        }
    }

    private void MapRest(
        IEndpointRouteBuilder group, string pattern, string name, string method, RequestDelegate handler, Func<HttpRequest, bool> takes)
    {
        var isGet = HttpMethods.IsGet(method);
        var rest = guard.Wrap(context =>
        {
            var request = context.Request;
            if (HttpMethods.Equals(request.Method, method) || (isGet && HttpMethods.IsHead(request.Method)))
            {
                return takes(request)
                    ? handler(context)
                    : ErrorWriter.WriteAsync(
                        context, StatusCodes.Status415UnsupportedMediaType, $"Send the body as {MediaTypes.Json} or {MediaTypes.Binary}.");
            }

            var allow = isGet ? "GET, HEAD" : method;
            context.Response.Headers.Allow = allow;
            return ErrorWriter.WriteAsync(
                context, StatusCodes.Status405MethodNotAllowed, $"This route takes {allow}, not {request.Method}.");
        });
        group.Map(pattern, rest).WithDisplayName(name + " (other methods)").ExcludeFromDescription();
    }

    // Schemas are made with the app's JSON options; without reflection those know nothing of our types and would throw.
    private static Type? SchemaOf(Type type) => JsonSerializer.IsReflectionEnabledByDefault ? type : null;

    private static Task DescribeRoot(HttpContext context) => Task.CompletedTask;

    private static Task DescribeModel(string model, HttpContext context) => Task.CompletedTask;

    private static Task DescribeVersion(string model, string version, HttpContext context) => Task.CompletedTask;

    private sealed class RouteParameter(ParameterInfo parameter) : IParameterBindingMetadata
    {
        public string Name => parameter.Name!;

        public bool HasTryParse => false;

        public bool HasBindAsync => false;

        public ParameterInfo ParameterInfo => parameter;

        public bool IsOptional => false;
    }
}
