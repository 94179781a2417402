// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Batching;

/// <summary>Steps 3 to 6 of a request, run by one thread. Owns its instance and buffers; shares only the queue.</summary>
internal sealed partial class BatchLoop : IIsolationHost
{
    private const int MostShapes = 4096;

    private readonly BatchQueue _queue;
    private readonly int _index;
    private readonly ModelMetadata _metadata;
    private readonly BatchAssembler _assembler;
    private readonly ResponsePool _responses;
    private readonly Func<SchedulerSettings> _settings;
    private readonly BatchMetrics? _metrics;
    private readonly ILogger _logger;
    private readonly InferenceBatch _description;
    private readonly InstanceHolder _holder;
    private readonly BatchSplitter _splitter;
    private readonly NonFiniteScan _nonFinite;
    private readonly ScheduledBatch _batch = new();
    private readonly Settlements _settled = new();
    private readonly IsolationBudget _budget = new();
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
        Func<SchedulerSettings> settings,
        BatchMetrics? metrics,
        ILogger logger)
    {
        _queue = queue;
        _index = index;
        _metadata = metadata;
        _assembler = assembler;
        _responses = responses;
        _settings = settings;
        _metrics = metrics;
        _logger = logger;
        _description = new InferenceBatch(metadata);
        _holder = new InstanceHolder(
            queue, index, engine, instance, metadata, samples, _description, settings, logger);
        _splitter = new BatchSplitter(this);
        _nonFinite = new NonFiniteScan(metadata);
    }

    public bool MayRerun => _settings().IsPure;

    public bool IsBudgetSpent => _budget.IsSpent(_settings().IsolationBudget, _queue.Clock.Now);

    /// <summary>Serves until the queue is closed, then disposes the instance.</summary>
    public void Run()
    {
        try
        {
            while (!_holder.IsLost || _holder.TryReplace())
            {
                switch (_queue.Next(_index, _batch, _settled))
                {
                    case TakeKind.Empty:
                        return;
                    case TakeKind.Probe:
                        Probe();
                        break;
                    default:
                        RunBatch();
                        break;
                }
            }
        }
        finally
        {
            _holder.Dispose();
        }
    }

    public Exception? Rerun(ScheduledBatch part)
    {
        _queue.BeginRerun(part, _settled);
        if (part.Count == 0)
        {
            return null;
        }

        _metrics?.Reran();
        part.PaddedRows = _settings().PadRows(part.Rows);
        var start = _queue.Clock.Now;
        var error = Attempt(part, isRerun: true, start);
        var now = _queue.Clock.Now;
        _budget.Spend(now - start, _settings().IsolationBudget, now);
        return error;
    }

    public Exception? RunCanary()
    {
        var start = _queue.Clock.Now;
        var error = _holder.TrySample();
        var now = _queue.Clock.Now;
        _budget.Spend(now - start, _settings().IsolationBudget, now);
        return error;
    }

    public void Fail(ScheduledBatch part, Exception error, bool isPoison)
        => _queue.Failed(part, error, isPoison, _settled);

    public void Lose(ScheduledBatch rest, Exception error)
    {
        _holder.Lose(error);
        _queue.Lost(_index, rest, Refusals.DeviceLost(error), _settled);
    }

    public void LackMemory(int rows)
    {
        LogOutOfMemory(_metadata.Name, _metadata.Version, rows);
        _queue.With((scheduler, now) =>
        {
            scheduler.Cap.OutOfMemory(rows, now);
            return true;
        });
    }

    public void CountEngineFailure(Exception error)
    {
        LogEngineFailed(_metadata.Name, _metadata.Version, error);
        _queue.With((scheduler, now) =>
        {
            scheduler.Breaker.Failed(now);
            return true;
        });
    }

    public void Divide(QueueItem item)
        => _queue.With((_, _) =>
        {
            item.Running++;
            return true;
        });

    private void RunBatch()
    {
        using var activity = RunActivities.HasListeners ? StartActivity() : null;
        var error = Attempt(_batch, isRerun: false, _batch.TakenAt);
        if (error is null)
        {
            return;
        }

        LogRunFailed(_metadata.Name, _metadata.Version, _batch.Rows, error);
        activity?.SetStatus(ActivityStatusCode.Error);
        _splitter.Handle(_batch, error);
        _queue.With((scheduler, now) =>
        {
            scheduler.Ended(_index, 0, _batch.Length, 0, now);
            return true;
        });
    }

    // Whatever an engine throws stays with its batch: the loop goes on.
    private Exception? Attempt(ScheduledBatch batch, bool isRerun, long start)
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
                _queue.Assembled(batch, _settled);
            }

            assembled = _queue.Clock.Now;
            _holder.Instance.Execute(_description);
            executed = _queue.Clock.Now;
            _assembler.Scatter(_holder.Instance, _description, parts);
            if (_settings().FailNonFinite)
            {
                MarkNonFinite(batch, parts);
            }
        }
        catch (Exception exception)
        {
            return exception;
        }
        finally
        {
            // An idle instance keeps nobody's tensors alive.
            Array.Clear(_parts, 0, Math.Min(batch.Count, _parts.Length));
        }

        Succeed(batch, isRerun, new RunTimes(start, assembled, executed, _queue.Clock.Now));
        return null;
    }

    private void Succeed(ScheduledBatch batch, bool isRerun, in RunTimes times)
    {
        if (_metrics is not null)
        {
            long tokens = 0;
            if (batch.Length > 0)
            {
                foreach (ref var slot in batch.Slots)
                {
                    tokens += (long)slot.Item.Length * slot.Rows;
                }
            }

            _metrics.Ran(
                TimeSpan.FromTicks((times.Executed - times.Assembled) / 100),
                _holder.Instance.Device,
                batch.Rows,
                batch.WaitingRows,
                batch.CloseReason,
                tokens,
                (long)batch.Length * batch.PaddedRows);
        }

        // The first run of a shape tells of allocation and compilation, not of its cost.
        var isKnown = _shapes.Count >= MostShapes || !_shapes.Add((batch.PaddedRows, batch.Length, batch.Key));
        _queue.Succeeded(_index, batch, times, isRerun, isKnown ? batch.PaddedRows : 0, _settled);
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
        return _queue.RentShared(pending);
    }

    private void MeasureQueue(ScheduledBatch batch, long start)
    {
        if (_metrics is { MeasuresQueue: true })
        {
            foreach (ref var slot in batch.Slots)
            {
                if (slot.FirstRow == 0)
                {
                    _metrics.Queued(TimeSpan.FromTicks((start - slot.Item.Arrival) / 100));
                }
            }
        }
    }

    private void MarkNonFinite(ScheduledBatch batch, ReadOnlySpan<BatchPart> parts)
    {
        if (_nonFinite.Find(_holder.Instance, _description, parts, _marks) == 0)
        {
            return;
        }

        _queue.With((_, _) =>
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

    private Activity? StartActivity()
    {
        var links = new List<ActivityLink>();
        foreach (ref var slot in _batch.Slots)
        {
            var parent = ((PendingRequest)slot.Item).Parent;
            if (parent != default)
            {
                links.Add(new ActivityLink(parent));
            }
        }

        return RunActivities.Start(_metadata.Name, _metadata.Version, links)?
            .SetTag(TelemetryNames.BatchRows, _batch.Rows)
            .SetTag(TelemetryNames.Reason, _batch.CloseReason.ToString());
    }

    private void Probe()
    {
        var error = _holder.TrySample();
        LogProbed(_metadata.Name, _metadata.Version, error is null, error);
        _queue.Probed(error is null);
    }
}
