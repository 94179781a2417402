// SPDX-License-Identifier: Apache-2.0

using System.Runtime.ExceptionServices;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Timeouts;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.AspNetCore.Http;

/// <summary>The one place over HTTP where a failure becomes an answer.</summary>
internal sealed partial class EndpointGuard(ILogger logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>Wraps a handler so that whatever it throws is answered in the format of its protocol.</summary>
    public RequestDelegate Wrap(RequestDelegate handler) => Wrap(context => new ValueTask(handler(context)));

    /// <inheritdoc cref="Wrap(RequestDelegate)"/>
    public RequestDelegate Wrap(Func<HttpContext, ValueTask> handler) => context => InvokeAsync(handler, context);

    private async Task InvokeAsync(Func<HttpContext, ValueTask> handler, HttpContext context)
    {
        try
        {
            await handler(context);
        }
        catch (InferenceException exception)
        {
            if (exception.Code == InferenceErrorCode.EngineFailed)
            {
                Failed(exception, context.Request.Path);
            }

            await AnswerAsync(context, exception, () => ErrorWriter.WriteAsync(context, exception));
        }
        catch (BadHttpRequestException exception) when (exception.InnerException is IOException)
        {
            // The connection broke: the server must not wait for the rest of the body, and nobody is there to read an answer.
            context.Abort();
        }
        catch (BadHttpRequestException exception)
        {
            // The server's own verdict on the body: too large, too slow, cut short, badly chunked.
            EndConnection(context);
            await AnswerAsync(context, exception, () => ErrorWriter.WriteAsync(context, exception.StatusCode, exception.Message));
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // Nobody is there to read an answer, unless the app's request timeout fired: its middleware answers then.
            if (context.Features.Get<IHttpRequestTimeoutFeature>()?.RequestTimeoutToken.IsCancellationRequested == true)
            {
                throw;
            }

            EndConnection(context);
        }
        catch (Exception) when (context.RequestAborted.IsCancellationRequested)
        {
            // A broken connection surfaces as many kinds of exception; none of them is a fault of ours.
            EndConnection(context);
        }
        catch (Exception exception)
        {
            Failed(exception, context.Request.Path);
            await AnswerAsync(context, exception, () => ErrorWriter.WriteAsync(
                context, StatusCodes.Status500InternalServerError, "The server failed to answer this request. Its log has the reason."));
        }
    }

    // A body that was not read to its end leaves the server's reader within it, and over HTTP/1.1 the server would look there for the next
    // request: it notices exceptions that leave an endpoint, and none does here.
    private static void EndConnection(HttpContext context)
    {
        if (HttpProtocol.IsHttp11(context.Request.Protocol))
        {
            context.Features.Get<IConnectionLifetimeNotificationFeature>()?.RequestClose();
        }
    }

    private async Task AnswerAsync(HttpContext context, Exception exception, Func<Task> answer)
    {
        if (context.Response.HasStarted)
        {
            // Half an answer must not look like a whole one.
            CutShort(context.Request.Path);
            if (ErrorWriter.FindFormat(context) is { ThrowsWhenBegun: true })
            {
                ExceptionDispatchInfo.Throw(exception);
            }

            context.Abort();
            return;
        }

        context.Response.Headers.Remove("Inference-Header-Content-Length");
        await answer();
    }

    [LoggerMessage(600, LogLevel.Error, "Request {Path} failed.", EventName = "RequestFailed")]
    private partial void Failed(Exception exception, string? path);

    [LoggerMessage(601, LogLevel.Warning, "The answer to {Path} was cut short by a failure; the connection was aborted.", EventName = "AnswerCutShort")]
    private partial void CutShort(string? path);
}
