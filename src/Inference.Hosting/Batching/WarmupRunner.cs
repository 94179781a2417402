// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Batching;

/// <summary>Runs every size and length a few times before a version is ready, and seeds the learned costs.</summary>
/// <remarks>The first run of a shape allocates and compiles; only the later ones tell its cost. When time is short, fewer sizes are run.</remarks>
internal sealed class WarmupRunner(SampleRunner samples, MonotonicClock clock)
{
    private const int Runs = 4;
    private const int LeastRuns = 2;
    private const int LongestDefault = 256;

    /// <summary>Lengths to warm.</summary>
    public static IReadOnlyList<int> Lengths(ModelMetadata metadata, WarmupOptions options, SchedulerSettings settings)
    {
        if (!metadata.Inputs.Any(input => input.RaggedAxis is not null))
        {
            return [0];
        }

        if (options.Lengths.Count > 0)
        {
            return [.. options.Lengths.Select(length => settings.Pad(length)).Distinct()];
        }

        var lengths = new List<int>();
        var step = settings.MaxLength is null ? 4 : 2;
        for (var length = 16; length <= (settings.MaxLength ?? LongestDefault); length *= step)
        {
            lengths.Add(length);
        }

        return lengths.Count > 0 ? lengths : [settings.Pad(settings.MaxLength ?? 1)];
    }

    /// <summary>Sizes to warm: the largest and the smallest first, so that a short budget still knows both ends.</summary>
    public static IReadOnlyList<int> Sizes(SchedulerSettings settings)
    {
        if (settings.AllowedSizes.Length > 0)
        {
            return [.. settings.AllowedSizes.Where(size => size <= settings.MaxBatch).OrderDescending()];
        }

        var sizes = new List<int> { settings.MaxBatch };
        if (settings.MaxBatch > 1)
        {
            sizes.Add(1);
        }

        for (var i = AnchorGrid.Nearest(settings.MaxBatch); i > 0; i--)
        {
            if (AnchorGrid.Value(i) < settings.MaxBatch)
            {
                sizes.Add(AnchorGrid.Value(i));
            }
        }

        return sizes;
    }

    /// <summary>Warms one instance, on its thread.</summary>
    /// <param name="instance">The instance.</param>
    /// <param name="batch">Overwritten.</param>
    /// <param name="lengths">Lengths to warm.</param>
    /// <param name="settings">The options in force.</param>
    /// <param name="budget">Time for all of it, in ns.</param>
    /// <param name="learn">Gets rows, length, ns and count of runs; null when costs are known.</param>
    /// <param name="lackMemory">Gets the rows of a run that lacked memory.</param>
    /// <param name="cancellationToken">Gives up between runs.</param>
    public void Run(
        IEngineInstance instance,
        InferenceBatch batch,
        IReadOnlyList<int> lengths,
        SchedulerSettings settings,
        long budget,
        Action<int, int, long, int>? learn,
        Action<int> lackMemory,
        CancellationToken cancellationToken)
    {
        var end = clock.Now + budget;
        var longest = lengths.Max();
        var shapes = Sizes(settings).Index()
            .SelectMany(size => lengths.OrderDescending(), (size, length) => new WarmupShape(
                size.Item, length, IsEnd: size.Index <= 1 && length == longest))
            .Where(shape => !(settings.TokenBudget < (long)shape.Rows * shape.Length && shape.Rows > 1))
            .ToList();

        // Both ends always: without them nothing is known of the rest.
        for (var round = 0; round < LeastRuns; round++)
        {
            shapes.Where(shape => shape.IsEnd).ToList().ForEach(TryRun);
        }

        // Round by round, and not size by size: a machine that slows down for a second then slows all sizes, and the best one stays the best.
        var runs = learn is null ? LeastRuns : Runs;
        for (var round = 0; round < runs; round++)
        {
            foreach (var shape in shapes.Where(shape => shape.Times.Count < runs).ToList())
            {
                if (clock.Now < end)
                {
                    TryRun(shape);
                }
            }
        }

        foreach (var shape in shapes.Where(shape => shape.Times.Count >= LeastRuns))
        {
            shape.Times.Sort();
            learn?.Invoke(shape.Rows, shape.Length, shape.Times[1], shape.Times.Count);
        }

        void TryRun(WarmupShape shape)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var start = clock.Now;
                samples.Run(instance, batch, shape.Rows, shape.Length);
                shape.Times.Add(clock.Now - start);
            }
            catch (EngineException exception) when (exception.Fault == EngineFault.OutOfMemory && shape.Rows > 1)
            {
                lackMemory(shape.Rows);
                shapes.Remove(shape);
            }
        }
    }
}
