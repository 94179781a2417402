// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;

namespace Inference.Hosting.Fuzz;

/// <summary>Feeds one target until its time is over.</summary>
internal sealed class Fuzzer(IFuzzTarget target, int seed)
{
    private const int MaxCorpus = 2048;

    private static readonly TimeSpan _maxTime = TimeSpan.FromSeconds(2);

    private readonly List<byte[]> _corpus = [];
    private readonly HashSet<string> _outcomes = new(StringComparer.Ordinal);

    /// <summary>Inputs run.</summary>
    public long Runs { get; private set; }

    /// <summary>Different ways that inputs took.</summary>
    public int Outcomes => _outcomes.Count;

    /// <summary>Runs all seeds unchanged, then mutations of what has been seen.</summary>
    /// <returns>The path of the failing input; null when there was none.</returns>
    public string? Run(TimeSpan time)
    {
        foreach (var input in Seeds())
        {
            if (Try(input) is { } finding)
            {
                return finding;
            }

            _corpus.Add(input);
        }

        var random = new Random(seed);
        var mutator = new Mutator(random, target.Dictionary);
        for (var started = Stopwatch.StartNew(); started.Elapsed < time;)
        {
            if (Try(mutator.Mutate(_corpus[random.Next(_corpus.Count)], _corpus)) is { } finding)
            {
                return finding;
            }
        }

        return null;
    }

    /// <summary>Runs one input.</summary>
    /// <returns>Where it was saved when it is a finding.</returns>
    public string? Try(byte[] input)
    {
        Runs++;
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var started = Stopwatch.GetTimestamp();
        try
        {
            var outcome = target.Run(input);
            allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
            var elapsed = Stopwatch.GetElapsedTime(started);
            Invariant.Holds(elapsed < _maxTime, $"took {elapsed.TotalSeconds:0.0} s");
            var allowed = target.MaxAllocation(input.Length);
            Invariant.Holds(allocated <= allowed, $"allocated {allocated} bytes for {input.Length}; allowed are {allowed}");
            if (_outcomes.Add(outcome) && _corpus.Count < MaxCorpus)
            {
                _corpus.Add(input);
            }

            return null;
        }
        catch (Exception exception)
        {
            return Save(input, exception);
        }
    }

    private string Save(byte[] input, Exception exception)
    {
        var folder = Directory.CreateDirectory(Path.Combine("artifacts", "fuzz")).FullName;
        var path = Path.Combine(folder, $"{target.Name}-{Convert.ToHexStringLower(SHA256.HashData(input))[..12]}.bin");
        File.WriteAllBytes(path, input);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{target.Name}: a finding after {Runs} inputs, seed {seed}: {exception}"));
        return path;
    }

    private IEnumerable<byte[]> Seeds()
    {
        yield return [];
        var folder = Path.Combine(AppContext.BaseDirectory, "seeds", target.Name);
        foreach (var file in Directory.EnumerateFiles(folder).Order(StringComparer.Ordinal))
        {
            yield return File.ReadAllBytes(file);
        }
    }
}
