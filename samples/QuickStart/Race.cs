// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Hosting;
using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace QuickStart;

/// <summary>64 simulated callers of the picture classifier: <c>Run</c> for each request against the batcher, in turns, measured live.</summary>
internal sealed class Race(
    [FromKeyedServices("pictures")] IInferenceClient client, IWebHostEnvironment environment) : IDisposable
{
    private const int Callers = 64;
    private const int Turns = 5;
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(600);
    private static readonly string[] _outputs = ["probabilities"];
    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>One result for each turn; a second race waits for the first.</summary>
    public async IAsyncEnumerable<RaceTurn> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1 };
            using var session = new InferenceSession(Path.Combine(environment.ContentRootPath, "models/pictures/model.onnx"), options);
            using var runOptions = new RunOptions();
            for (var turn = 0; turn < Turns; turn++)
            {
                yield return await MeasureAsync("naive", pixels => RunNaive(session, runOptions, pixels), cancellationToken);
                yield return await MeasureAsync("batched", pixels => RunBatchedAsync(pixels, cancellationToken), cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static async Task<RaceTurn> MeasureAsync(
        string way, Func<float[], ValueTask<int>> call, CancellationToken cancellationToken)
    {
        var (answered, rows) = (0L, 0L);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                var pixels = Pixels(caller);
                while (Stopwatch.GetElapsedTime(started) < _turn)
                {
                    Interlocked.Add(ref rows, await call(pixels));
                    Interlocked.Increment(ref answered);
                }
            },
            cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new RaceTurn(way, answered / seconds, (double)rows / answered);
    }

    private static async ValueTask<int> RunNaive(InferenceSession session, RunOptions runOptions, float[] pixels)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(pixels, [1, 1, PicturePixels.Size, PicturePixels.Size]);
        using (var output = session.Run(runOptions, new Dictionary<string, OrtValue> { ["image"] = input }, _outputs))
        {
            _ = output[0].GetTensorDataAsSpan<float>()[0];
        }

        // Lets the other callers in, as the end of a real request would.
        await Task.Yield();
        return 1;
    }

    private async ValueTask<int> RunBatchedAsync(float[] pixels, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest
        {
            Inputs = { ["image"] = InferenceTensor.Create(pixels, 1, 1, PicturePixels.Size, PicturePixels.Size) },
        };
        using var response = await client.InferAsync(request, cancellationToken);
        return response.Timing.BatchSize;
    }

    private static float[] Pixels(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, PicturePixels.Size * PicturePixels.Size).Select(_ => random.NextSingle())];
    }
}
