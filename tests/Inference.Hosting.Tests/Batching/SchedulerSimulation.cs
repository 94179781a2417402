// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;

namespace Inference.Hosting.Tests.Batching;

/// <summary>An item of a simulation: what happened to it, in ms.</summary>
internal sealed class SimItem : QueueItem
{
    public string Name { get; init; } = "";

    public double ArrivedAt { get; set; } = -1;

    public double StartedAt { get; set; } = -1;

    public double AnsweredAt { get; set; } = -1;

    public RefusalReason Refusal { get; set; }

    public int Answers { get; set; }

    public int Releases { get; set; }
}

/// <summary>A run of a simulation, in ms.</summary>
internal sealed record SimRun(double Start, double End, int Instance, int Rows, int Length, BatchCloseReason Reason, SimItem[] Items);

/// <summary>The scheduler in virtual time: events in, runs out, no threads. All times are ms.</summary>
internal sealed class SchedulerSimulation
{
    private readonly PriorityQueue<Action, (long At, long Order)> _events = new();
    private readonly Settlements _settled = new();
    private readonly bool[] _rejoining;
    private long _now;
    private long _order;
    private long _timer = long.MaxValue;

    public SchedulerSimulation(SchedulerSettings settings, Func<int, int, double> time, int instances = 1, int[]? learn = null)
    {
        Core = new BatchScheduler(settings, instances);
        Time = time;
        _rejoining = new bool[instances];
        foreach (var length in learn ?? [])
        {
            for (var i = 0; i < AnchorGrid.Count && AnchorGrid.Value(i) <= 2 * settings.MaxBatch; i++)
            {
                var rows = AnchorGrid.Value(i);
                Core.Curve.Seed(rows, length, Ns(time(rows, length)), 4, 0);
            }
        }

        for (var i = 0; i < instances; i++)
        {
            Core.Sleep(i);
        }
    }

    public BatchScheduler Core { get; }

    public Func<int, int, double> Time { get; set; }

    public List<SimRun> Runs { get; } = [];

    public List<SimItem> Items { get; } = [];

    public double Now => _now / 1e6;

    public static SchedulerSettings Settings { get; } = new() { MaxBatch = 8, RejoinWindow = 0, AgeStep = 0, DefaultLevel = 2 };

    public static long Ns(double milliseconds) => (long)Math.Round(milliseconds * 1e6);

    public static double Affine(int rows, int length) => 10 + rows;

    public Action<SimItem>? Answered { get; set; }

    public IEnumerable<int> Sizes => Runs.Select(run => run.Rows);

    public SimItem Arrive(
        double at, int rows = 1, int key = 0, int level = 2, int flow = 0, int length = 0, double deadline = -1, bool waits = false, string name = "")
    {
        var item = new SimItem
        {
            Name = name,
            Rows = rows,
            Key = key,
            Level = level,
            Flow = flow,
            Length = length,
            Bytes = rows * 4,
            MayWait = waits,
            Deadline = deadline < 0 ? long.MaxValue : Ns(deadline),
        };
        Items.Add(item);
        At(at, () => Enqueue(item));
        return item;
    }

    public void Cancel(double at, SimItem item) => At(at, () => Core.Leave(item, ItemOutcome.Cancelled, _settled));

    public void At(double at, Action action) => _events.Enqueue(action, (Ns(at), _order++));

    /// <summary>Runs until nothing is left to happen, or until a time.</summary>
    public void Run(double until = double.MaxValue)
    {
        var end = until >= 1e12 ? long.MaxValue : Ns(until);
        while (_events.TryPeek(out _, out var next) && next.At <= end)
        {
            var action = _events.Dequeue();
            _now = next.At;
            action();
            Settle();
            for (var i = 0; i < _rejoining.Length; i++)
            {
                if (_rejoining[i])
                {
                    Poll(i);
                }
            }

            ArmTimer();
        }

        if (end < long.MaxValue)
        {
            _now = end;
        }
    }

    public void AssertConserved()
    {
        foreach (var item in Items)
        {
            if (item.ArrivedAt < 0)
            {
                continue;
            }

            var isOpen = item.Outcome == ItemOutcome.None && item.Refusal == RefusalReason.None;
            Assert.Equal(isOpen || item.Refusal != RefusalReason.None ? 0 : 1, item.Answers);
            if (!isOpen && item.Refusal == RefusalReason.None && !item.HasParts)
            {
                Assert.Equal(1, item.Releases);
            }
        }
    }

    public void Enqueue(SimItem item)
    {
        item.ArrivedAt = Now;
        var admission = Core.TryEnqueue(item, _now);
        item.Refusal = admission.Reason;
        Wake(admission.Wake);
    }

    private void Wake(int instance)
    {
        if (instance >= 0)
        {
            At(Now, () => Poll(instance));
        }
    }

    private void Poll(int instance)
    {
        var batch = new ScheduledBatch();
        _rejoining[instance] = false;
        var result = Core.Take(instance, _now, batch, _settled);
        Wake(result.Wake);
        Settle();
        switch (result.Kind)
        {
            case TakeKind.Run:
                Start(instance, batch);
                break;
            case TakeKind.Rejoin:
                _rejoining[instance] = true;
                At(Core.Instances[instance].Rejoin.Until / 1e6, () => { });
                break;
            default:
                Core.Sleep(instance);
                break;
        }
    }

    private void Start(int instance, ScheduledBatch batch)
    {
        var items = batch.Slots.ToArray().Select(slot => (SimItem)slot.Item).ToArray();
        foreach (var item in items)
        {
            item.StartedAt = item.StartedAt < 0 ? Now : item.StartedAt;
        }

        var start = Now;
        var elapsed = Time(batch.PaddedRows, batch.Length);
        Runs.Add(new SimRun(start, start + elapsed, instance, batch.Rows, batch.Length, batch.CloseReason, items));
        BatchProgress.Assembled(batch, _settled);
        Settle();
        At(start + elapsed, () =>
        {
            Core.Succeeded(batch, _now, _settled);
            Core.Ended(instance, batch.PaddedRows, batch.Length, Ns(elapsed), _now);
            Settle();
            Poll(instance);
        });
    }

    private void Settle()
    {
        var answered = new List<SimItem>();
        foreach (var settlement in _settled.Items)
        {
            var item = (SimItem)settlement.Item;
            if (settlement.Answer)
            {
                item.Answers++;
                item.AnsweredAt = Now;
                answered.Add(item);
            }

            item.Releases += settlement.Release ? 1 : 0;
        }

        _settled.Clear();
        answered.ForEach(item => Answered?.Invoke(item));
    }

    private void ArmTimer()
    {
        var next = Core.NextWake();
        if (next < _timer)
        {
            _timer = next;
            _events.Enqueue(OnTimer, (Math.Max(next, _now), _order++));
        }
    }

    private void OnTimer()
    {
        _timer = long.MaxValue;
        Core.Expire(_now, _settled);
        for (var wake = Core.WakeDue(_now); wake >= 0; wake = Core.WakeDue(_now))
        {
            Poll(wake);
        }
    }
}
