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
/// path, which answers HEAD as GET, and 405 and 415 with a body where the router would send an empty one.
/// </remarks>
/// <param name="guard">Answers what handlers throw.</param>
/// <param name="tag">Under which documents list the routes.</param>
/// <param name="hasPolicies">Whether a model has a policy, so that routes which ask for it may answer 401 and 403.</param>
/// <param name="format">How the routes word failures; null for <c>{"error": text}</c>.</param>
/// <param name="error">The type of the body of a failure.</param>
internal sealed class RouteMapper(EndpointGuard guard, string tag, bool hasPolicies, IErrorFormat? format = null, Type? error = null)
{
    private readonly Type _error = error ?? typeof(ErrorBody);

    private static readonly int[] _queryErrors = [404, 500];
    private static readonly int[] _inferErrors = [400, 401, 403, 404, 408, 413, 415, 429, 500, 503, 504];
    private static readonly int[] _jsonErrors = [400, 401, 403, 404, 408, 413, 415, 500];

    /// <summary>Maps a GET route.</summary>
    /// <param name="group">Where.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="name">What it is, in words.</param>
    /// <param name="answer">The body of an answer.</param>
    /// <param name="handler">Answers GET and HEAD.</param>
    /// <param name="errors">Statuses beside 404 and 500; 401 and 403 where it asks the policies of a model.</param>
    public void Get(IEndpointRouteBuilder group, string pattern, string name, Type answer, RequestDelegate handler, params int[] errors)
    {
        var guarded = guard.Wrap(handler);
        Describe(group.MapGet(pattern, guarded), pattern, name, answer, [.. _queryErrors, .. errors]);
        MapRest(group, pattern, name, HttpMethods.Get, guarded, _ => true, []);
    }

    /// <summary>Maps a POST route that takes tensors, as JSON or as bytes.</summary>
    public void PostTensors(
        IEndpointRouteBuilder group, string pattern, string name, Type body, Type answer, Func<HttpContext, ValueTask> handler)
        => Post(group, pattern, name, new AcceptsMetadata([MediaTypes.Json, MediaTypes.Binary], SchemaOf(body)), answer, handler, _inferErrors);

    /// <summary>Maps a POST route that takes tensors as JSON.</summary>
    public void PostJsonTensors(IEndpointRouteBuilder group, string pattern, string name, Type body, Type answer, RequestDelegate handler)
        => Post(group, pattern, name, new AcceptsMetadata([MediaTypes.Json], SchemaOf(body)), answer, context => new(handler(context)), _inferErrors);

    /// <summary>Maps a POST route that takes a small JSON body or none.</summary>
    /// <param name="group">Where.</param>
    /// <param name="pattern">The path.</param>
    /// <param name="name">What it is, in words.</param>
    /// <param name="body">The body of a request.</param>
    /// <param name="answer">The body of an answer; null for an empty one.</param>
    /// <param name="handler">Answers POST.</param>
    /// <param name="errors">Statuses beside those of every such route.</param>
    public void PostJson(
        IEndpointRouteBuilder group, string pattern, string name, Type body, Type? answer, RequestDelegate handler, params int[] errors)
        => Post(
            group, pattern, name, new AcceptsMetadata([MediaTypes.Json], SchemaOf(body), isOptional: true), answer, context => new(handler(context)), [.. _jsonErrors, .. errors]);

    /// <summary>Maps a POST route that reads its body as JSON whatever type it is said to have.</summary>
    public void PostAnyAsJson(
        IEndpointRouteBuilder group, string pattern, string name, Type body, Type answer, RequestDelegate handler)
        => Post(
            group, pattern, name, new AcceptsMetadata([MediaTypes.Json], SchemaOf(body)), answer, context => new(handler(context)), _inferErrors, _ => true);

    /// <summary>Maps a POST route at a path of the app's own, for items of the app's own types.</summary>
    /// <remarks>Its types are described where the app's JSON options know them, without reflection too; the path's parameters are the app's.</remarks>
    public void PostItems(
        IEndpointRouteBuilder group, string pattern, string name, Type item, Type result, Func<HttpContext, ValueTask> handler)
        => Post(group, pattern, name, new AcceptsMetadata([MediaTypes.Json], item), result, handler, _inferErrors, isOwn: false);

    private void Post(
        IEndpointRouteBuilder group,
        string pattern,
        string name,
        AcceptsMetadata accepts,
        Type? answer,
        Func<HttpContext, ValueTask> handler,
        int[] errors,
        Func<string?, bool>? takes = null,
        bool isOwn = true)
    {
        var guarded = guard.Wrap(context => CrossSite.IsAsked(context.Request)
            ? handler(context)
            : new ValueTask(ErrorWriter.WriteAsync(
                context,
                StatusCodes.Status415UnsupportedMediaType,
                $"A web page must send the body as {string.Join(" or ", accepts.ContentTypes)}, so that browsers ask before they send it to another site.")));
        takes ??= accepts.ContentTypes.Contains(MediaTypes.Binary) ? MediaTypes.IsTensors : MediaTypes.IsJson;
        var builder = group.MapPost(pattern, guarded);
        builder.WithMetadata(accepts);
        Describe(builder, pattern, name, answer, errors, isOwn);
        MapRest(group, pattern, name, HttpMethods.Post, guarded, request => takes(request.ContentType), accepts.ContentTypes);
    }

    private void Describe(IEndpointConventionBuilder builder, string pattern, string name, Type? answer, int[] errors, bool isOwn = true)
    {
        builder.WithDisplayName(name).WithTags(tag).WithSummary(name);
        if (format is not null)
        {
            builder.WithMetadata(format);
        }

        builder.WithMetadata(answer is null
            ? new ProducesResponseTypeMetadata(StatusCodes.Status200OK)
            : new ProducesResponseTypeMetadata(StatusCodes.Status200OK, isOwn ? SchemaOf(answer) : answer, [MediaTypes.Json]));

        // Last, when it is known whether the app asks for authorization.
        builder.Finally(endpoint =>
        {
            var refuses = (hasPolicies && errors.Contains(StatusCodes.Status401Unauthorized))
                || endpoint.Metadata.Any(InferenceRouteGroups.IsPolicy);
            int[] refusals = [StatusCodes.Status401Unauthorized, StatusCodes.Status403Forbidden];
            foreach (var status in (refuses ? errors.Union(refusals) : errors.Except(refusals)).Order())
            {
                endpoint.Metadata.Add(new ProducesResponseTypeMetadata(status, SchemaOf(_error), [MediaTypes.Json]));
            }
        });

        // API descriptions are made of endpoints with a method; its parameters are those of the route.
        Delegate signature = (isOwn ? RoutePatternFactory.Parse(pattern).Parameters.Count : 0) switch
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
        IEndpointRouteBuilder group,
        string pattern,
        string name,
        string method,
        RequestDelegate handler,
        Func<HttpRequest, bool> takes,
        IReadOnlyList<string> mediaTypes)
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
                        context, StatusCodes.Status415UnsupportedMediaType, $"Send the body as {string.Join(" or ", mediaTypes)}.");
            }

            var allow = isGet ? "GET, HEAD" : method;
            context.Response.Headers.Allow = allow;
            return ErrorWriter.WriteAsync(
                context, StatusCodes.Status405MethodNotAllowed, $"This route takes {allow}, not {request.Method}.");
        });
        var others = group.Map(pattern, rest).WithDisplayName(name + " (other methods)").ExcludeFromDescription();
        if (format is not null)
        {
            others.WithMetadata(format);
        }
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
