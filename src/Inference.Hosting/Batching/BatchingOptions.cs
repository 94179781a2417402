// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>How rows of different callers become runs. Section <c>Inference:Models:{name}:Batching</c>; reloads unless said otherwise.</summary>
public sealed class BatchingOptions
{
    /// <summary>Most rows in one run; the learned cap may be lower.</summary>
    /// <value>64 by default, from 1 to 65,536. A graph with a fixed batch axis, or none, runs one request at a time.</value>
    public int MaxBatchSize { get; set; } = 64;

    /// <summary>How long a free instance may hold the oldest request back so that a batch can grow.</summary>
    /// <value>Zero by default: a free instance takes what waits, at once. From 0 to 10 s.</value>
    /// <remarks>Triton's <c>max_queue_delay_microseconds</c>, as a time span.</remarks>
    public TimeSpan MaxQueueDelay { get; set; }

    /// <summary>How long an instance waits, after a run, for the callers it has just answered, on models that gain from larger batches.</summary>
    /// <value>Null by default: at most 100 µs, and a tenth of the time of one row. Zero switches it off.</value>
    public TimeSpan? RejoinWindow { get; set; }

    /// <summary>Longest predicted time of a run; the cap is lowered to keep it.</summary>
    /// <value>Null by default: no bound.</value>
    public TimeSpan? MaxRunTime { get; set; }

    /// <summary>Most padded tokens in a run of a model with a ragged axis.</summary>
    /// <value>Null by default: 16 times the longest length seen or declared.</value>
    public int? TokenBudget { get; set; }

    /// <summary>Most cost in a call of a typed function: the sum of what its <c>cost</c> says of the items. A single item that costs more is called alone.</summary>
    /// <value>Null by default: no bound.</value>
    public int? MaxBatchCost { get; set; }

    /// <summary>Longest ragged length that is accepted; longer requests are InvalidInput.</summary>
    /// <value>Null by default: no bound.</value>
    public int? MaxLength { get; set; }

    /// <summary>Most bytes of input in a run.</summary>
    /// <value>1 GiB by default.</value>
    public int MaxBatchBytes { get; set; } = 1 << 30;

    /// <summary>Ragged lengths are rounded up to a multiple of this.</summary>
    /// <value>8 by default.</value>
    public int PadMultiple { get; set; } = 8;

    /// <summary>The only row counts that are run; rows are padded up to the next. For static engines and captured graphs.</summary>
    /// <value>Empty by default: any.</value>
    public IList<int> AllowedBatchSizes { get; } = [];

    /// <summary>Throughput that may be given away for smaller batches: the cap is the smallest size within this share of the best.</summary>
    /// <value>0.02 by default.</value>
    public double EfficiencyLoss { get; set; } = 0.02;

    /// <summary>A model whose best throughput is within this share of that of single rows is not batched.</summary>
    /// <value>0.05 by default.</value>
    public double MinGain { get; set; } = 0.05;

    /// <summary>Factor on predicted times when a deadline decides.</summary>
    /// <value>1.2 by default.</value>
    public double DeadlineMargin { get; set; } = 1.2;

    /// <summary>Share of instance time, over 10 s, that may be spent on telling guilty rows of failed runs apart.</summary>
    /// <value>0.25 by default; 0 fails a batch whole.</value>
    public double IsolationBudget { get; set; } = 0.25;

    /// <summary>What happens to rows whose outputs hold NaN or an infinity.</summary>
    /// <value><see cref="NonFiniteOutputs.Allow"/> by default.</value>
    public NonFiniteOutputs NonFinite { get; set; }

    /// <summary>Number of engine instances, each with a thread of its own. Needs a reload of the model.</summary>
    /// <value>Null by default: one per device.</value>
    public int? Instances { get; set; }

    /// <summary>Axes along which rows of different length are padded and joined. Needs a reload of the model.</summary>
    public IList<RaggedAxis> RaggedAxes { get; } = [];
}
