// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Queueing;
using static Inference.Hosting.Tests.Batching.SchedulerSimulation;

namespace Inference.Hosting.Tests.Batching;

public sealed class SchedulerPropertyTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(2, 3)]
    [InlineData(3, 2)]
    public void WorkConserving(int seed, int instances)
    {
        var random = new Random(seed);
        var settings = Settings with
        {
            MaxBatch = 16,
            AgeStep = Ns(50),
            TokenBudget = 2048,
            MaxBatchBytes = 100,
            MaxQueuedRows = 200,
            Tenants = new Dictionary<string, int> { ["a"] = 1, ["b"] = 3 },
        };
        var core = new BatchScheduler(settings, instances);
        var settled = new Settlements();
        var running = new List<(int Instance, ScheduledBatch Batch)>();
        var asleep = new SortedSet<int>(Enumerable.Range(0, instances));
        var live = new List<SimItem>();
        var counts = new int[5];
        var (accepted, refused, now) = (0, 0, 0L);
        var lastStart = new Dictionary<(int, int, int, int), long>();
        for (var i = 0; i < instances; i++)
        {
            core.Sleep(i);
        }

        for (var events = 0; events < 100_000; events++)
        {
            now += random.Next(0, 3_000_000);
            switch (random.Next(10))
            {
                case < 5:
                    Offer();
                    break;
                case 5 when live.Count > 0:
                    core.Leave(live[random.Next(live.Count)], ItemOutcome.Cancelled, settled);
                    Wake(core.LetIn(now));
                    break;
                case 6:
                    core.Expire(now, settled);
                    for (var due = core.WakeDue(now); due >= 0; due = core.WakeDue(now))
                    {
                        Wake(due);
                    }

                    break;
                default:
                    if (running.Count > 0)
                    {
                        End(random.Next(running.Count));
                    }

                    break;
            }

            Settle();
            Assert.Equal(accepted, counts.Sum() + live.Count);
            Assert.True(asleep.Count == 0 || core.Queue.Rows == 0, "An instance sleeps beside rows that fit it.");
            Assert.InRange(core.Queue.Rows, 0, settings.MaxQueuedRows);
            if (events % 1000 == 0)
            {
                CheckTotals();
            }
        }

        while (running.Count > 0)
        {
            End(0);
            Settle();
        }

        Assert.Equal(0, core.Queue.Rows + core.Queue.Items + core.RowsAtDoor);
        Assert.Equal((0L, 0L), (core.Queue.Bytes, core.Queue.Cost));
        Assert.Equal(accepted, counts.Sum());
        Assert.Empty(live);
        Assert.All(counts.Skip(1), count => Assert.True(count > 0, string.Join(',', counts)));
        Assert.True(refused > 0);

        void Offer()
        {
            var isRagged = random.Next(2) == 0;
            var item = new SimItem
            {
                Rows = random.Next(20) == 0 ? random.Next(1, 60) : random.Next(1, 4),
                Key = isRagged ? 1 : 0,
                Length = isRagged ? random.Next(1, 400) : 0,
                Level = random.Next(1, 4),
                Flow = random.Next(3),
                Deadline = random.Next(4) == 0 ? now + random.Next(1, 60_000_000) : long.MaxValue,
                MayWait = random.Next(2) == 0,
            };
            item.Bytes = item.Rows * 7;
            var admission = core.TryEnqueue(item, now);
            if (admission.Reason == RefusalReason.None)
            {
                accepted++;
                live.Add(item);
            }
            else
            {
                refused++;
            }

            Wake(admission.Wake);
        }

        void Wake(int instance)
        {
            while (instance >= 0)
            {
                Assert.True(asleep.Remove(instance), "Only a sleeper is woken.");
                instance = Poll(instance);
            }
        }

        int Poll(int instance)
        {
            var batch = new ScheduledBatch();
            var result = core.Take(instance, now, batch, settled);
            if (result.Kind != TakeKind.Run)
            {
                Assert.Equal(TakeKind.Empty, result.Kind);
                core.Sleep(instance);
                asleep.Add(instance);
                return result.Wake;
            }

            Check(batch);
            BatchProgress.Assembled(batch, settled);
            running.Add((instance, batch));
            return result.Wake;
        }

        void Check(ScheduledBatch batch)
        {
            var slots = batch.Slots.ToArray();
            Assert.InRange(batch.Rows, 1, settings.MaxBatch);
            Assert.Equal(batch.Rows, slots.Sum(slot => slot.Rows));
            Assert.Single(slots.Select(slot => slot.Item.Key).Distinct());
            Assert.True(batch.Rows == 1 || (long)batch.Rows * batch.Length <= settings.TokenBudget);
            Assert.True(batch.Rows == 1 || batch.Rows * 7 <= settings.MaxBatchBytes);
            foreach (var slot in slots)
            {
                var item = (SimItem)slot.Item;
                Assert.True(settings.Pad(item.Length) <= batch.Length);
                Assert.Equal(item.NextRow, slot.FirstRow + slot.Rows);
                if (slot.FirstRow == 0)
                {
                    // Those that waited at the door entered later than they came.
                    var lane = (item.Level, item.Flow, item.Key, settings.Pad(item.Length));
                    var last = lastStart.GetValueOrDefault(lane, long.MinValue);
                    Assert.True(item.StartTag >= last, "A lane keeps its order.");
                    lastStart[lane] = item.StartTag;
                }
            }
        }

        void End(int index)
        {
            var (instance, batch) = running[index];
            running.RemoveAt(index);
            if (random.Next(10) == 0)
            {
                core.Failed(batch, new InvalidOperationException(), now, settled);
            }
            else
            {
                core.Succeeded(batch, now, settled);
            }

            core.Ended(instance, batch.PaddedRows, batch.Length, random.Next(1_000_000, 5_000_000), now);
            Settle();
            var wake = Poll(instance);
            Wake(wake);
        }

        void Settle()
        {
            foreach (var settlement in settled.Items)
            {
                var item = (SimItem)settlement.Item;
                if (settlement.Answer)
                {
                    item.Answers++;
                    Assert.Equal(1, item.Answers);
                    Assert.True(live.Remove(item));
                    counts[(int)item.Outcome]++;
                    Assert.True(item.Outcome != ItemOutcome.Ok || item.DoneRows == item.Rows);
                }

                if (settlement.Release)
                {
                    item.Releases++;
                    Assert.Equal(1, item.Releases);
                    Assert.True(item.IsReleased);
                }
            }

            settled.Clear();
        }

        void CheckTotals()
        {
            var queued = new List<QueueItem>();
            foreach (var lane in core.Queue.Lanes)
            {
                var rows = 0;
                for (var item = lane.Head; item is not null; item = item.Next)
                {
                    queued.Add(item);
                    rows += item.RowsLeft;
                }

                Assert.Equal(rows, lane.Rows);
            }

            Assert.Equal(queued.Sum(item => item.RowsLeft), core.Queue.Rows);
            Assert.Equal(queued.Sum(item => item.Bytes), core.Queue.Bytes);
            Assert.Equal(queued.Sum(item => (long)item.RowsLeft * item.RowCost), core.Queue.Cost);
            for (var flow = 0; flow < core.Queue.Shares.Count; flow++)
            {
                Assert.Equal(queued.Where(item => item.Flow == flow).Sum(item => item.RowsLeft), core.Queue.Shares[flow].Rows);
            }
        }
    }
}
