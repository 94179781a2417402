// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Calls;

/// <summary>The table of what each kind of call may end with, whatever else goes on.</summary>
internal static class Allowed
{
    private static readonly Dictionary<CallKind, Outcome[]> _table = new()
    {
        [CallKind.Good] = [Outcome.Ok],
        [CallKind.Large] = [Outcome.Ok],
        [CallKind.Pinned] = [Outcome.Ok, Outcome.NotReady],
        [CallKind.Cancelled] = [Outcome.Ok, Outcome.Gone, Outcome.Full],
        [CallKind.Timeout] = [Outcome.Ok, Outcome.Late, Outcome.Full],
        [CallKind.Deadline] = [Outcome.Ok, Outcome.Late, Outcome.Full],
        [CallKind.Overload] = [Outcome.Ok, Outcome.Full],
        [CallKind.Patient] = [Outcome.Ok],
        [CallKind.Poison] = [Outcome.Failed],
        [CallKind.Bad] = [Outcome.Invalid],
        [CallKind.Unknown] = [Outcome.NotFound],
        [CallKind.TooLarge] = [Outcome.TooLarge],
    };

    /// <summary>Whether a call may end so. Only one model has a queue that is ever full.</summary>
    public static bool Has(Call call, Outcome outcome)
        => _table[call.Kind].Contains(outcome) && (outcome != Outcome.Full || call.Model == Target.Busy.Model);

    /// <summary>Each kind with the outcome it is there for: a run that never saw it has tested nothing.</summary>
    public static IEnumerable<(CallKind Kind, Outcome Outcome)> ToBeSeen => _table.Select(row => (row.Key, row.Value.Length > 1 ? row.Value[1] : row.Value[0]));
}
