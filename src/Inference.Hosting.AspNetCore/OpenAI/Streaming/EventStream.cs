// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.AspNetCore.Http;
using Inference.Hosting.AspNetCore.OpenAI.Contracts;

namespace Inference.Hosting.AspNetCore.OpenAI.Streaming;

/// <summary>Sends the steps of an answer as server-sent events, each as soon as it is there.</summary>
/// <remarks>
/// The status line waits for the first step, so that failures until then are statuses, but not longer than the options say. A client that
/// reads slowly holds up the model's stream of its own request, and nothing else; nothing is gathered for it.
/// </remarks>
internal static class EventStream
{
    // Steps that are there already share a flush; a limit, so that the client sees them come.
    private const int MostStepsPerFlush = 64;

    // A model that computes while it is asked for its next step must not hold back the one before.
    private static readonly TimeSpan _longestStep = TimeSpan.FromMilliseconds(1);

    /// <summary>Sends a whole stream.</summary>
    /// <param name="call">The request.</param>
    /// <param name="options">How long to be silent.</param>
    /// <param name="deltas">The steps. What they throw before the first one is thrown before anything is sent.</param>
    /// <param name="writer">Writes them.</param>
    /// <exception cref="InferenceException">The stream failed. If it was open, its last event says so; the server must break off the connection.</exception>
    public static async Task SendAsync<TDelta>(
        OpenAICall call, InferenceOpenAIOptions options, IAsyncEnumerable<TDelta> deltas, IEventWriter<TDelta> writer)
    {
        await using var line = new StreamLine(call.Context, call.Services.Time, options);
        try
        {
            await CopyAsync(call, deltas, writer, line);
        }
        catch (Exception exception) when (line.IsOpen && !call.CancellationToken.IsCancellationRequested)
        {
            writer.Fail(line.Output, Describe(exception));
            await line.FlushAsync();
            throw;
        }
    }

    private static async Task CopyAsync<TDelta>(
        OpenAICall call, IAsyncEnumerable<TDelta> deltas, IEventWriter<TDelta> writer, StreamLine line)
    {
        var time = call.Services.Time;
        await using var steps = deltas.GetAsyncEnumerator(call.CancellationToken);
        var unflushed = 0;
        var hasBegun = false;
        while (true)
        {
            // (1) Ask for the next step; if it takes its time, what was written goes out meanwhile.
            var asked = time.GetTimestamp();
            var isSlow = false;
            bool hasNext;
            line.Leave();
            try
            {
                var next = steps.MoveNextAsync();
                if (next.IsCompleted)
                {
                    isSlow = time.GetElapsedTime(asked) > _longestStep;
                }
                else if (unflushed > 0)
                {
                    await line.EnterAsync();
                    try
                    {
                        await line.FlushAsync();
                    }
                    finally
                    {
                        line.Leave();
                    }

                    unflushed = 0;
                }

                hasNext = await next;
            }
            finally
            {
                await line.EnterAsync();
            }

            // (2) Write it.
            if (!hasNext)
            {
                break;
            }

            if (!hasBegun)
            {
                FallbackHeader.Write(call.Context.Response, writer.FindFallback(steps.Current));
                await line.OpenAsync();
                writer.Begin(line.Output);
            }

            writer.Write(line.Output, steps.Current);
            line.Touch();

            // (3) Send it, unless the next one may be there already.
            if (!hasBegun || isSlow || ++unflushed >= MostStepsPerFlush)
            {
                await line.FlushAsync();
                unflushed = 0;
            }

            hasBegun = true;
        }

        writer.EnsureComplete();
        writer.End(line.Output);
        await line.FlushAsync();
    }

    private static OpenAIErrorBody Describe(Exception exception) => OpenAIErrorFormat.Describe(
        exception as InferenceException
        ?? new InferenceException(InferenceErrorCode.EngineFailed, "The server failed to go on with this answer. Its log has the reason.")).Body;
}
