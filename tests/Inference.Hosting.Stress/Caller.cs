// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Stress;

/// <summary>One caller that sends, perhaps leaves, checks its answer, and at once writes over the memory it sent.</summary>
internal sealed class Caller(StressRun run, ITensorModel model, Tally tally, CallerPlan plan, int seed)
{
    private const int Width = 4;

    private readonly Random _random = new(seed);
    private readonly InferenceRequest _request = new();
    private float[] _data = [];
    private int _rows;
    private int _width;
    private int _poisonRow;

    /// <summary>Gets the error, if any, and the time of each answer.</summary>
    public Action<InferenceErrorCode?, TimeSpan>? OnAnswer { get; init; }

    /// <summary>Calls until told to stop, or until the model is gone.</summary>
    public async Task RunAsync(Func<bool> goesOn)
    {
        // Off the thread that starts all callers.
        await Task.Yield();
        while (goesOn() && await CallAsync())
        {
        }
    }

    /// <returns>False when the model takes nothing more.</returns>
    public async Task<bool> CallAsync()
    {
        Fill();
        using var source = _random.NextDouble() < plan.CancelShare ? new CancellationTokenSource() : null;
        Interlocked.Increment(ref tally.Sent);
        var start = Stopwatch.GetTimestamp();
        InferenceErrorCode? code = null;
        try
        {
            var task = model.InferAsync(_request, source?.Token ?? CancellationToken.None);
            if (source is not null)
            {
                Leave(source);
            }

            using var response = await task;
            Check(response, Stopwatch.GetElapsedTime(start));
            Interlocked.Increment(ref tally.Ok);
            Interlocked.Add(ref tally.OkRows, _rows);
        }
        catch (OperationCanceledException) when (source is not null)
        {
            Interlocked.Increment(ref tally.Cancelled);
        }
        catch (InferenceException exception)
        {
            code = exception.Code;
            tally.Count(exception);
            var isBlamed = _poisonRow >= 0 || !exception.IsIsolated;
            if (!plan.Allowed.Contains(exception.Code) && !(exception.Code == InferenceErrorCode.EngineFailed && isBlamed))
            {
                run.Fail($"A blameless request got {exception.Code}: {exception.Message}");
            }
        }

        var elapsed = Stopwatch.GetElapsedTime(start);
        _data.AsSpan().Fill(StressEngine.Scribble);
        OnAnswer?.Invoke(code, elapsed);
        if (code is not null && plan.Pause > TimeSpan.Zero)
        {
            await Task.Delay(plan.Pause);
        }

        return code != InferenceErrorCode.NotReady || plan.Overflow == InferenceOverflow.Reject;
    }

    private void Fill()
    {
        _rows = _random.Next(10) switch
        {
            < 7 => 1,
            < 9 => _random.Next(1, Math.Min(plan.MaxRows, 4) + 1),
            _ => _random.Next(1, plan.MaxRows + 1),
        };
        _width = plan.Width?.Invoke(_random) ?? Width;
        _poisonRow = _random.NextDouble() < plan.PoisonShare ? _random.Next(_rows) : -1;
        if (_data.Length < _rows * _width)
        {
            _data = new float[_rows * _width];
        }

        for (var row = 0; row < _rows; row++)
        {
            // Small enough that 2x + 1 is exact.
            var first = _random.Next(1, 1_000_000);
            for (var i = 0; i < _width; i++)
            {
                _data[(row * _width) + i] = first + i;
            }
        }

        if (_poisonRow >= 0)
        {
            _data[_poisonRow * _width] = StressEngine.Poison;
        }

        _request.Reset();
        _request.Inputs["x"] = InferenceTensor.Create<float>(_data.AsMemory(0, _rows * _width), [_rows, _width]);
        _request.Outputs = _random.NextDouble() < plan.TextShare ? null : _justY;
        _request.Tenant = plan.Tenant?.Invoke(_random);
        _request.Overflow = plan.Overflow;
        _request.QueueTimeout = plan.QueueTimeout;
        _request.Deadline = plan.Time.GetUtcNow() + plan.Deadline;
    }

    private static readonly string[] _justY = ["y"];

    private void Leave(CancellationTokenSource source)
    {
        switch (_random.Next(4))
        {
            case 0:
                source.Cancel();
                break;
            case 1:
                Thread.SpinWait(_random.Next(5000));
                source.Cancel();
                break;
            default:
                source.CancelAfter(TimeSpan.FromMilliseconds(_random.Next(4)));
                break;
        }
    }

    private void Check(InferenceResponse response, TimeSpan elapsed)
    {
        if (_poisonRow >= 0)
        {
            run.Fail("A poison row was answered.");
        }

        var y = response["y"].AsSpan<float>();
        run.Expect(response["y"].Shape.Dimensions is [var rows, var width] && rows == _rows && width == _width, $"y is {response["y"]}.");
        for (var i = 0; i < y.Length; i++)
        {
            if (y[i] != (2 * _data[i]) + 1)
            {
                run.Fail($"Element {i} of {_rows} rows is {y[i]} instead of {(2 * _data[i]) + 1}.");
                break;
            }
        }

        if (_request.Outputs is null)
        {
            var texts = response["t"].ToStrings();
            for (var row = 0; row < _rows; row++)
            {
                run.Expect(texts[row] == StressEngine.TextOf(_data[row * _width]), $"Text of row {row} is '{texts[row]}'.");
            }
        }

        // M3. The phases of a split request overlap.
        var timing = response.Timing;
        if (plan.ChecksTime && _rows == 1 && timing.Queue + timing.Compute > elapsed + TimeSpan.FromMicroseconds(1))
        {
            run.Fail($"M3: queue {timing.Queue} and compute {timing.Compute} exceed {elapsed}.");
        }
    }
}
