// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress;

/// <summary>One way to make life hard for the batcher, with real threads and real time.</summary>
internal interface IScenario
{
    /// <summary>Its number and what it does.</summary>
    string Name { get; }

    /// <summary>Its share of the time, relative to the others.</summary>
    double Share => 1;

    /// <summary>Runs until the time is over, then checks what must hold.</summary>
    /// <returns>One line of numbers.</returns>
    Task<string> RunAsync(StressRun run);
}
