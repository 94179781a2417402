// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Runtime.CompilerServices;
using Inference.Hosting;
using Inference.Hosting.Tensors;
using Microsoft.ML.OnnxRuntime;

namespace QuickStart;

/// <summary>64 simulated callers of the language detector, each with a sentence of its own length: <c>Run</c> for each request against the batcher, in turns, measured live.</summary>
internal sealed class Race(
    [FromKeyedServices("languages")] IInferenceClient client, IWebHostEnvironment environment) : IDisposable
{
    private const int Callers = 64;
    private const int Turns = 5;
    private static readonly TimeSpan _turn = TimeSpan.FromMilliseconds(600);
    private static readonly string[] _outputs = ["probabilities"];
    private static readonly long[][] _sentences =
    [
        .. new[]
        {
            "The train to the coast leaves at noon.", "Wo ist hier bitte der nächste Bahnhof, und wann fährt der letzte Zug nach Hause?",
            "Il fait beau aujourd'hui.", "¿Cuánto cuesta este libro sobre la historia de la ciudad?", "Dzień dobry, poproszę kawę i ciasto.",
            "Мы поедем на дачу в субботу, если не будет дождя.", "Vad heter du?", "今日は天気がいいので、公園を散歩しましょう。",
        }.Select(LanguageDetector.Ids),
    ];

    private readonly SemaphoreSlim _one = new(1, 1);

    /// <summary>One result for each turn; a second race waits for the first.</summary>
    public async IAsyncEnumerable<RaceTurn> RunAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            using var options = new Microsoft.ML.OnnxRuntime.SessionOptions { IntraOpNumThreads = 1 };
            using var session = new InferenceSession(Path.Combine(environment.ContentRootPath, "models/languages/model.onnx"), options);
            using var runOptions = new RunOptions();
            for (var turn = 0; turn < Turns; turn++)
            {
                yield return await MeasureAsync("naive", ids => RunNaive(session, runOptions, ids), cancellationToken);
                yield return await MeasureAsync("batched", ids => RunBatchedAsync(ids, cancellationToken), cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static async Task<RaceTurn> MeasureAsync(
        string way, Func<long[], ValueTask<int>> call, CancellationToken cancellationToken)
    {
        var (answered, rows) = (0L, 0L);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(caller => Task.Run(
            async () =>
            {
                var ids = _sentences[caller % _sentences.Length];
                while (Stopwatch.GetElapsedTime(started) < _turn)
                {
                    Interlocked.Add(ref rows, await call(ids));
                    Interlocked.Increment(ref answered);
                }
            },
            cancellationToken)));
        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new RaceTurn(way, answered / seconds, (double)rows / answered);
    }

    private static async ValueTask<int> RunNaive(InferenceSession session, RunOptions runOptions, long[] ids)
    {
        using var input = OrtValue.CreateTensorValueFromMemory(ids, [1, ids.Length]);
        using (var output = session.Run(runOptions, new Dictionary<string, OrtValue> { ["ngrams"] = input }, _outputs))
        {
            _ = output[0].GetTensorDataAsSpan<float>()[0];
        }

        // Lets the other callers in, as the end of a real request would.
        await Task.Yield();
        return 1;
    }

    private async ValueTask<int> RunBatchedAsync(long[] ids, CancellationToken cancellationToken)
    {
        var request = new InferenceRequest { Inputs = { ["ngrams"] = InferenceTensor.Create(ids, 1, ids.Length) } };
        using var response = await client.InferAsync(request, cancellationToken);
        return response.Timing.BatchSize;
    }
}
