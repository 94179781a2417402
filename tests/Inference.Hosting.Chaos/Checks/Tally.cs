// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Inference.Hosting.Chaos.Calls;

namespace Inference.Hosting.Chaos.Checks;

/// <summary>What callers saw. Thread-safe.</summary>
internal sealed class Tally
{
    private readonly ConcurrentDictionary<string, ModelTally> _models = new(StringComparer.Ordinal);
    private readonly long[,] _kinds = new long[Enum.GetValues<CallKind>().Length, Enum.GetValues<Outcome>().Length];
    private readonly ConcurrentDictionary<string, StrongBox> _doors = new(StringComparer.Ordinal);
    private long _sent;
    private long _answered;
    private long _inner;

    /// <summary>Calls that were started at a door.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Calls that ended, in whatever way.</summary>
    public long Ended => Interlocked.Read(ref _answered);

    /// <summary>Calls that a class made on behalf of a call.</summary>
    public long Inner => Interlocked.Read(ref _inner);

    public IEnumerable<(string Door, long Calls)> Doors => _doors.Select(door => (door.Key, Interlocked.Read(ref door.Value.Count))).Order();

    public ModelTally Of(string model) => _models.GetOrAdd(model, _ => new ModelTally());

    /// <summary>The next number of a call.</summary>
    public long Next() => Interlocked.Increment(ref _sent);

    public void Count(string door, string model, Call call, Reply reply)
    {
        Interlocked.Increment(ref _answered);
        Interlocked.Increment(ref _doors.GetOrAdd(door, _ => new StrongBox()).Count);
        Interlocked.Increment(ref _kinds[(int)call.Kind, (int)reply.Outcome]);
        Of(model).Count(reply.Outcome, reply.IsCertain, call.Rows);
    }

    public void CountInner(string model, Outcome outcome)
    {
        Interlocked.Increment(ref _inner);
        Of(model).Count(outcome, outcome != Outcome.Gone, 1);
    }

    public long Seen(CallKind kind, Outcome outcome) => Interlocked.Read(ref _kinds[(int)kind, (int)outcome]);

    public long Total(Outcome outcome) => Enum.GetValues<CallKind>().Sum(kind => Seen(kind, outcome));

    private sealed class StrongBox
    {
        public long Count;
    }
}
