// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Inference.Hosting.Stress;

/// <summary>One run of a scenario: its time, its seed, and what went wrong.</summary>
internal sealed class StressRun(string name, int seed, TimeSpan time)
{
    private const int MostViolations = 10;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _violations = new();
    private readonly long _start = Stopwatch.GetTimestamp();

    public int Seed => seed;

    public bool IsOver => Stopwatch.GetElapsedTime(_start) >= time || HasFailed;

    public bool HasFailed => !_violations.IsEmpty;

    public IEnumerable<string> Violations => _violations;

    public void Fail(string text)
    {
        if (_violations.Count < MostViolations)
        {
            _violations.Enqueue(text);
        }
    }

    public void Expect(bool holds, string text)
    {
        if (!holds)
        {
            Fail(text);
        }
    }

    public void Equal(long expected, long actual, string what) => Expect(expected == actual, $"{what}: expected {expected}, got {actual}.");

    /// <summary>Turns what escapes, and what never ends, into a violation.</summary>
    public async Task<string> GuardAsync(Func<Task<string>> body)
    {
        try
        {
            return await Task.Run(body).WaitAsync(time + _patience);
        }
        catch (TimeoutException)
        {
            Fail($"{name} hangs.");
        }
        catch (Exception exception)
        {
            Fail(exception.ToString());
        }

        return "broken off";
    }

    /// <summary>Waits for something that needs no event of its own.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > TimeSpan.FromSeconds(20))
            {
                Fail($"Still not so after 20 s: {what}.");
                return;
            }

            await Task.Delay(1);
        }
    }
}
