// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Serving;

namespace Inference.Hosting.Chaos.Calls;

/// <summary>Draws calls. The same seed draws the same calls, whatever the timing.</summary>
internal sealed class CallMaker(int seed, Func<long> number)
{
    private static readonly (CallKind Kind, int Weight)[] _mix =
    [
        (CallKind.Good, 52), (CallKind.Large, 3), (CallKind.Pinned, 10), (CallKind.Cancelled, 8), (CallKind.Timeout, 5), (CallKind.Deadline, 3),
        (CallKind.Overload, 9), (CallKind.Patient, 1), (CallKind.Poison, 3), (CallKind.Bad, 4), (CallKind.Unknown, 1), (CallKind.TooLarge, 1),
    ];

    private readonly Random _random = new(seed);

    /// <summary>The next call for a door; kinds that it cannot send become good calls.</summary>
    public Call Next(IReadOnlyCollection<CallKind> kinds, IReadOnlyList<Damage> damages)
    {
        var kind = Draw();
        if (!kinds.Contains(kind))
        {
            kind = CallKind.Good;
        }

        var target = Target.For(kind, _random);
        var rows = Rows(kind, target);
        var call = new Call
        {
            Number = number(),
            Kind = kind,
            Model = target.Model,
            Rows = rows,
            Inputs = [],
            Version = kind == CallKind.Pinned ? (_random.Next(3) == 0 ? "1" : "2") : null,
            QueueTimeout = kind == CallKind.Timeout ? TimeSpan.FromMicroseconds(_random.Next(1, 30_000)) : null,
            Deadline = kind == CallKind.Deadline ? TimeSpan.FromMilliseconds(_random.Next(1, 60)) : null,
            LeavesAfter = kind == CallKind.Cancelled ? TimeSpan.FromMicroseconds(_random.Next(3) == 0 ? 0 : _random.Next(15_000)) : null,
            Damage = kind == CallKind.Bad ? damages[_random.Next(damages.Count)] : Damage.None,
            WantsTiming = _random.Next(4) == 0,
        };
        call = call with { Inputs = target.Inputs(call, _random) };
        return kind == CallKind.Unknown ? Lose(call) : call;
    }

    private CallKind Draw()
    {
        var left = _random.Next(_mix.Sum(entry => entry.Weight));
        foreach (var (kind, weight) in _mix)
        {
            left -= weight;
            if (left < 0)
            {
                return kind;
            }
        }

        return CallKind.Good;
    }

    private int Rows(CallKind kind, Target target) => kind switch
    {
        CallKind.TooLarge => ChaosModels.BusyRows + _random.Next(1, 8),
        CallKind.Large => _random.Next(ChaosModels.MaxBatch + 1, 4 * ChaosModels.MaxBatch),
        _ when target.Model == Target.Busy.Model => _random.Next(1, 6),
        _ => _random.Next(4) > 0 ? 1 : _random.Next(1, ChaosModels.MaxBatch + 1),
    };

    private Call Lose(Call call)
        => _random.Next(2) == 0 ? call with { Model = "nobody" } : call with { Version = "77" };
}
