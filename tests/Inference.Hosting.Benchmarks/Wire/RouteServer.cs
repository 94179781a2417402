// SPDX-License-Identifier: Apache-2.0

using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>A server without sockets: what a request costs between the bytes of its body and those of its answer. One request at a time.</summary>
internal sealed class RouteServer : IServer
{
    private readonly MemoryStream _answer = new();
    private Func<IFeatureCollection, Task> _process = _ => throw new InvalidOperationException("The app has not started.");

    public IFeatureCollection Features { get; } = new FeatureCollection();

    public Task StartAsync<TContext>(IHttpApplication<TContext> application, CancellationToken cancellationToken)
        where TContext : notnull
    {
        _process = async features =>
        {
            var context = application.CreateContext(features);
            await application.ProcessRequestAsync(context);
            application.DisposeContext(context, null);
        };
        return Task.CompletedTask;
    }

    /// <summary>Posts a body.</summary>
    /// <returns>Bytes of the answer.</returns>
    public async Task<long> PostAsync(string path, byte[] body)
    {
        _answer.SetLength(0);
        var context = new DefaultHttpContext();
        context.Request.Method = HttpMethods.Post;
        context.Request.Path = path;
        context.Request.Body = new MemoryStream(body);
        context.Request.ContentLength = body.Length;
        context.Response.Body = _answer;
        await _process(context.Features);
        await context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().CompleteAsync();
        return context.Features.GetRequiredFeature<IHttpResponseFeature>().StatusCode == StatusCodes.Status200OK
            ? _answer.Length
            : throw new InvalidOperationException($"{path} answered {System.Text.Encoding.UTF8.GetString(_answer.ToArray())}");
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
    }
}
