// SPDX-License-Identifier: Apache-2.0

using System.Threading.Channels;
using Grpc.Core;
using Inference.Hosting.Grpc.Services;

namespace Inference.Hosting.Grpc.Calls;

/// <summary>One call of ModelStreamInfer: requests are worked on side by side, answers go out in the order of the requests.</summary>
/// <remarks>A client that does not read its answers is not read from any more once so many requests are under way; it slows only itself.</remarks>
internal sealed class InferStream(
    GrpcRuntime runtime,
    InferenceService service,
    IAsyncStreamReader<InferMessage> requests,
    IServerStreamWriter<InferAnswer> answers,
    ServerCallContext context)
{
    /// <summary>With this header, an error ends the stream with its status instead of being a message in it.</summary>
    public const string ErrorHeader = "triton_grpc_error";

    private const int MaxUnderWay = 32;

    private readonly bool _endsWithError = string.Equals(
        context.GetHttpContext().Request.Headers[ErrorHeader].ToString(), "true", StringComparison.OrdinalIgnoreCase);

    private readonly Channel<InferStreamItem> _underWay = Channel.CreateBounded<InferStreamItem>(
        new BoundedChannelOptions(MaxUnderWay) { SingleReader = true, SingleWriter = true });

    public async Task RunAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken);
        var reading = ReadAsync(ending.Token);
        try
        {
            await WriteAsync();
            await reading;
        }
        catch (Exception exception)
        {
            throw runtime.Errors.Explain(exception, context);
        }
        finally
        {
            // Nothing of the call may go on when it has ended: neither the reader nor what it has begun.
            await ending.CancelAsync();
            await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            while (_underWay.Reader.TryRead(out var item))
            {
                await item.DisposeAsync();
            }
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, runtime.Stopping);
        try
        {
            while (await requests.MoveNext(ending.Token))
            {
                var item = new InferStreamItem(service, requests.Current, context, cancellationToken);
                item.Begin();
                await AddAsync(item, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (runtime.Stopping.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // What was accepted is answered first.
            throw new RpcException(new Status(StatusCode.Unavailable, "The server is shutting down."));
        }
        finally
        {
            _underWay.Writer.Complete();
        }
    }

    private async ValueTask AddAsync(InferStreamItem item, CancellationToken cancellationToken)
    {
        try
        {
            await _underWay.Writer.WriteAsync(item, cancellationToken);
        }
        catch
        {
            await item.DisposeAsync();
            throw;
        }
    }

    private async Task WriteAsync()
    {
        await foreach (var item in _underWay.Reader.ReadAllAsync(context.CancellationToken))
        {
            await using (item)
            {
                await WriteAsync(item);
            }
        }
    }

    private async Task WriteAsync(InferStreamItem item)
    {
        var message = item.Message;
        while (await item.MoveNextAsync())
        {
            await WriteAsync(message.Answer.SetInStream(item.Current, message, isFinal: !message.IsDecoupled), message);
        }

        if (item.Failure is { } failure)
        {
            var explained = runtime.Errors.Explain(failure, context);
            if (_endsWithError || context.CancellationToken.IsCancellationRequested)
            {
                throw explained;
            }

            await WriteAsync(message.Answer.SetEnd(message, explained.Status.Detail), message);
        }
        else if (message.IsDecoupled && message.Request.WantsFinalAnswer)
        {
            await WriteAsync(message.Answer.SetEnd(message, null), message);
        }
    }

    private async Task WriteAsync(InferAnswer answer, InferMessage message)
    {
        try
        {
            await answers.WriteAsync(answer, context.CancellationToken);
        }
        finally
        {
            message.Answer.Clear();
        }
    }
}
