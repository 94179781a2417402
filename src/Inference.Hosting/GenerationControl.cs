// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting;


/// <summary>Ends single choices of a running generation, for example because a stop text came. Thread-safe; for one request.</summary>
/// <param name="choices">Number of choices of the request.</param>
public sealed class GenerationControl(int choices = 1)
{
    private readonly int[] _stopped = new int[choices];

    /// <summary>Ends a choice before its next step. Tokens of it that are already made may still come; the choice then finishes as stopped.</summary>
    /// <param name="choice">The choice, from 0.</param>
    public void Stop(int choice) => Volatile.Write(ref _stopped[choice], 1);

    /// <summary>Whether a choice is to end.</summary>
    /// <param name="choice">The choice, from 0.</param>
    public bool IsStopped(int choice) => Volatile.Read(ref _stopped[choice]) != 0;
}
