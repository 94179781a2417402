// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>What one load of a version has done: its counters, at its end or when asked.</summary>
internal sealed record Incarnation(string Model, string Version, ModelStatistics Statistics)
{
    public long ResponsesRented { get; private init; }

    public long ResponsesReturned { get; private init; }

    public long BuffersRented { get; private init; }

    public long BuffersReturned { get; private init; }

    public long ServedCost { get; private init; }

    public int InFlight { get; private init; }

    /// <summary>Whether all memory that was handed out is back.</summary>
    public bool IsBalanced => ResponsesRented == ResponsesReturned && BuffersRented == BuffersReturned;

    public static Incarnation Of(string model, string version, BatchedModel loaded)
    {
        var pool = loaded.Responses;
        return new Incarnation(model, version, loaded.Statistics!)
        {
            ResponsesRented = pool.Rented,
            ResponsesReturned = pool.Returned,
            BuffersRented = pool.Buffers.Rented,
            BuffersReturned = pool.Buffers.Returned,
            InFlight = loaded.Queue.InFlight,
            ServedCost = loaded.Queue.With((scheduler, _) =>
            {
                var cost = 0L;
                for (var i = 0; i < scheduler.Queue.Shares.Count; i++)
                {
                    cost += scheduler.Queue.Shares[i].ServedCost;
                }

                return cost;
            }),
        };
    }
}
