// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Batching;

/// <summary>Steps 3 to 6 of a request, run by one thread. Owns its instance and buffers; shares only the queue.</summary>
internal sealed class BatchLoop : RunLoop
{
    private const int MostShapes = 4096;

    private readonly BatchAssembler _assembler;
    private readonly ResponsePool _responses;
    private readonly InferenceBatch _description;
    private readonly InstanceHolder _holder;
    private readonly NonFiniteScan _nonFinite;
    private readonly HashSet<(int Rows, int Length, int Key)> _shapes = [];
    private BatchPart[] _parts = new BatchPart[8];
    private bool[] _marks = new bool[8];

    public BatchLoop(
        BatchQueue queue,
        int index,
        IInferenceEngine engine,
        IEngineInstance instance,
        ModelMetadata metadata,
        BatchAssembler assembler,
        ResponsePool responses,
        SampleRunner samples,
        BatchMetrics? metrics,
        ILogger logger)
        : base(queue, index, metadata, metrics, logger)
    {
        _assembler = assembler;
        _responses = responses;
        _description = new InferenceBatch(metadata);
        _holder = new InstanceHolder(queue, index, engine, instance, metadata, samples, _description, logger);
        _nonFinite = new NonFiniteScan(metadata);
    }

    protected override string Device => _holder.Instance.Device;

    /// <summary>Serves until the queue is closed, then disposes the instance.</summary>
    public void Run()
    {
        try
        {
            while ((!_holder.IsLost || _holder.TryReplace())
                && Queue.Next(Index, Batch, Settled) is var kind and not TakeKind.Closed)
            {
                // Completed: an engine computes on this thread.
                HandleAsync(kind).AsTask().GetAwaiter().GetResult();
            }
        }
        finally
        {
            _holder.Dispose();
        }
    }

    public override void Lose(ScheduledBatch rest, Exception error)
    {
        _holder.Lose(error);
        Queue.Lost(Index, rest, Refusals.DeviceLost(error), Settled);
    }

    protected override ValueTask<Exception?> TrySampleAsync() => new(_holder.TrySample());

    // Whatever an engine throws stays with its batch: the loop goes on.
    protected override ValueTask<Exception?> AttemptAsync(ScheduledBatch batch, bool isRerun, long start)
    {
        long assembled;
        long executed;
        try
        {
            var parts = Describe(batch);
            try
            {
                _assembler.Assemble(_holder.Instance, _description, parts, batch.PaddedRows, batch.Length);
            }
            finally
            {
                MeasureQueue(batch, start);
                Queue.Assembled(batch, Settled);
            }

            assembled = Queue.Clock.Now;
            _holder.Instance.Execute(_description);
            executed = Queue.Clock.Now;
            _assembler.Scatter(_holder.Instance, _description, parts);
            if (Queue.Settings.FailNonFinite)
            {
                MarkNonFinite(batch, parts);
            }
        }
        catch (Exception exception)
        {
            return new(exception);
        }
        finally
        {
            // An idle instance keeps nobody's tensors alive.
            Array.Clear(_parts, 0, Math.Min(batch.Count, _parts.Length));
        }

        Succeed(batch, isRerun, new RunTimes(start, assembled, executed, Queue.Clock.Now));
        return default;
    }

    private void Succeed(ScheduledBatch batch, bool isRerun, in RunTimes times)
    {
        if (Metrics is not null)
        {
            long tokens = 0;
            if (batch.Length > 0)
            {
                foreach (ref var slot in batch.Slots)
                {
                    tokens += (long)slot.Item.Length * slot.Rows;
                }
            }

            MeasureRun(batch, times, tokens);
        }

        // The first run of a shape tells of allocation and compilation, not of its cost.
        var isKnown = _shapes.Count >= MostShapes || !_shapes.Add((batch.PaddedRows, batch.Length, batch.Key));
        Queue.Succeeded(Index, batch, times, isRerun, isKnown ? batch.PaddedRows : 0, Settled);
    }

    private ReadOnlySpan<BatchPart> Describe(ScheduledBatch batch)
    {
        if (_parts.Length < batch.Count)
        {
            _parts = new BatchPart[Math.Max(batch.Count, _parts.Length * 2)];
            _marks = new bool[_parts.Length];
        }

        var device = _holder.Instance.Device;
        for (var i = 0; i < batch.Count; i++)
        {
            ref var slot = ref batch.Slots[i];
            var pending = (PendingRequest)slot.Item;
            pending.Device = device;
            _parts[i] = new BatchPart(pending.Request, pending.Layout, ResponseOf(pending, slot.Rows), slot.FirstRow, slot.Rows);
        }

        return _parts.AsSpan(0, batch.Count);
    }

    private PooledResponse ResponseOf(PendingRequest pending, int rows)
    {
        if (rows == pending.Rows)
        {
            return pending.Response ??= _responses.Rent(pending.Layout);
        }

        // Parts of one request may start on two instances at once.
        lock (pending)
        {
            return pending.Response ??= _responses.Rent(pending.Layout);
        }
    }

    private void MarkNonFinite(ScheduledBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        if (_nonFinite.Find(_holder.Instance, _description, parts, _marks) == 0)
        {
            return;
        }

        Queue.With((_, _) =>
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (_marks[i])
                {
                    batch.Slots[i].Item.Error ??= Refusals.NonFinite();
                }
            }

            return true;
        });
    }
}
