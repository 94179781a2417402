// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Calls;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>One way into the server. Used by one caller at a time.</summary>
internal interface IDoor
{
    string Name { get; }

    /// <summary>What can be asked for here; the rest is asked for elsewhere.</summary>
    IReadOnlyCollection<CallKind> Kinds { get; }

    /// <summary>What can be wrong with a request here.</summary>
    IReadOnlyList<Damage> Damages { get; }

    /// <summary>The model that callers here believe to call, when it is not the call's own.</summary>
    string? Composes => null;

    /// <summary>Sends a call and brings back what came of it, its form checked, its content not.</summary>
    Task<Reply> CallAsync(Call call);
}
