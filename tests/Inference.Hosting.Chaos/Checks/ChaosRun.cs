// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using System.Diagnostics;

namespace Inference.Hosting.Chaos.Checks;

/// <summary>One run: its time, its number of calls, its seed, and what went wrong.</summary>
internal sealed class ChaosRun(int seed, TimeSpan time, long requests)
{
    private const int MostViolations = 12;
    private const int LongestViolation = 1000;

    /// <summary>No call may take so long, however busy the machine.</summary>
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentQueue<string> _violations = new();
    private readonly long _start = Stopwatch.GetTimestamp();
    private long _failures;

    public int Seed => seed;

    public Tally Tally { get; } = new();

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public bool IsOver => Elapsed >= time || Tally.Sent >= requests || Failures >= MostViolations;

    /// <summary>Time for the caches, pools and estimates to fill before memory is looked at.</summary>
    public bool IsWarm => Elapsed >= TimeSpan.FromSeconds(Math.Min(10, time.TotalSeconds / 5)) || Tally.Sent >= requests / 5 || IsOver;

    public long Failures => Interlocked.Read(ref _failures);

    public IEnumerable<string> Violations => _violations;

    public void Fail(string text)
    {
        if (Interlocked.Increment(ref _failures) <= MostViolations)
        {
            _violations.Enqueue($"[{Elapsed.TotalSeconds:0.000} s] {(text.Length > LongestViolation ? text[..LongestViolation] + "…" : text)}");
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

    /// <summary>What the server counted lies between what callers know and what they cannot know.</summary>
    public void Between(long least, long actual, long most, string what)
        => Expect(least <= actual && actual <= most, $"{what}: expected {least}{(most == long.MaxValue ? " or more" : $" to {most}")}, got {actual}.");

    /// <summary>The watchdog: what does not end is a violation, and so is what escapes.</summary>
    /// <returns>Null in both cases.</returns>
    public async Task<T?> WatchAsync<T>(string what, Func<Task<T>> body)
        where T : class
    {
        try
        {
            return await body().WaitAsync(_patience);
        }
        catch (TimeoutException)
        {
            Fail($"Hang: {what} has not ended within {_patience.TotalSeconds:0} s.");
        }
        catch (Exception exception)
        {
            Fail($"{what}: {exception}");
        }

        return null;
    }

    /// <summary>Waits for something that has no event of its own.</summary>
    public async Task UntilAsync(Func<bool> condition, string what)
    {
        var start = Stopwatch.GetTimestamp();
        while (!condition())
        {
            if (Stopwatch.GetElapsedTime(start) > _patience)
            {
                Fail($"Still not so after {_patience.TotalSeconds:0} s: {what}.");
                return;
            }

            await Task.Delay(5);
        }
    }
}
