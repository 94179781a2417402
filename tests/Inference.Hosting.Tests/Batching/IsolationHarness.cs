// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Tests.Batching;

/// <summary>One instance whose runs fail as told, driven by hand: the real scheduler and splitter, virtual time, t(b) = 10 + b ms.</summary>
internal sealed class IsolationHarness : IIsolationHost
{
    private readonly BatchSplitter _splitter;
    private readonly Settlements _settled = new();
    private readonly IsolationBudget _budget = new();

    public IsolationHarness(SchedulerSettings? settings = null, int instances = 1)
    {
        Core = new BatchScheduler(settings ?? SchedulerSimulation.Settings, instances);
        _splitter = new BatchSplitter(this);
    }

    public BatchScheduler Core { get; }

    public long Now { get; set; }

    /// <summary>Why a run of these items fails; null when it does not.</summary>
    public Func<ScheduledBatch, EngineFault?> Fails { get; set; } = _ => null;

    public EngineFault? CanaryFails { get; set; }

    public List<int> Runs { get; } = [];

    public int Canaries { get; private set; }

    public List<SimItem> Items { get; } = [];

    public bool MayRerun => Core.Settings.IsPure;

    public bool IsBudgetSpent => _budget.IsSpent(Core.Settings.IsolationBudget, Now);

    public int Count(ItemOutcome outcome) => Items.Count(item => item.Outcome == outcome);

    public void Enqueue(params IEnumerable<SimItem> items)
    {
        foreach (var item in items)
        {
            Items.Add(item);
            item.Refusal = Core.TryEnqueue(item, Now).Reason;
        }
    }

    /// <summary>Takes one batch and runs it to the end, isolation included.</summary>
    public TakeKind RunNext(int instance = 0)
    {
        var batch = new ScheduledBatch();
        var kind = Core.Take(instance, Now, batch, _settled).Kind;
        if (kind is TakeKind.Run or TakeKind.Rerun)
        {
            Lost = instance;
            if (Run(batch) is { } error)
            {
                _splitter.HandleAsync(batch, error).AsTask().GetAwaiter().GetResult();
                Core.Ended(instance, 0, batch.Length, 0, Now);
            }
            else
            {
                Core.Ended(instance, batch.Rows, batch.Length, SchedulerSimulation.Ns(10 + batch.Rows), Now);
            }
        }

        Settle();
        return kind;
    }

    public int Lost { get; private set; }

    public bool MayBlameRows(Exception error) => true;

    public ValueTask<Exception?> RerunAsync(ScheduledBatch part)
    {
        BatchProgress.BeginRerun(part, _settled);
        var start = Now;
        var error = part.Count == 0 ? null : Run(part);
        _budget.Spend(Now - start, Core.Settings.IsolationBudget, Now);
        return new(error);
    }

    public ValueTask<Exception?> RunCanaryAsync()
    {
        Canaries++;
        Now += SchedulerSimulation.Ns(11);
        return new(CanaryFails is { } fault ? new EngineException(fault, "canary") : null);
    }

    public void Fail(ScheduledBatch part, Exception error, bool isPoison)
    {
        Poisoned += isPoison ? part.Count : 0;
        Core.Failed(part, error, Now, _settled);
        Settle();
    }

    public int Poisoned { get; private set; }

    public void Lose(ScheduledBatch rest, Exception error)
    {
        Core.Lost(Lost, rest, Refusals.DeviceLost(error), Now, _settled);
        Settle();
    }

    public void LackMemory(int rows) => Core.Cap.OutOfMemory(rows, Now);

    public void CountEngineFailure(Exception error) => Core.Breaker.Failed(Now);

    public void Divide(QueueItem item) => item.Running++;

    public void Cancel(SimItem item)
    {
        Core.Leave(item, ItemOutcome.Cancelled, _settled);
        Settle();
    }

    public void Expire()
    {
        Core.Expire(Now, _settled);
        Settle();
    }

    public void AssertConserved()
    {
        foreach (var item in Items.Where(item => item.Refusal == RefusalReason.None))
        {
            Assert.Equal(item.Outcome == ItemOutcome.None ? 0 : 1, item.Answers);
            Assert.Equal(item.Outcome != ItemOutcome.None && item.IsReleased ? 1 : 0, item.Releases);
        }
    }

    private EngineException? Run(ScheduledBatch batch)
    {
        Runs.Add(batch.Rows);
        BatchProgress.Assembled(batch, _settled);
        Now += SchedulerSimulation.Ns(10 + batch.Rows);
        if (Fails(batch) is { } fault)
        {
            return new EngineException(fault, "told to");
        }

        Core.Succeeded(batch, Now, _settled);
        Settle();
        return null;
    }

    private void Settle()
    {
        foreach (var settlement in _settled.Items)
        {
            var item = (SimItem)settlement.Item;
            item.Answers += settlement.Answer ? 1 : 0;
            item.Releases += settlement.Release ? 1 : 0;
        }

        _settled.Clear();
    }
}
