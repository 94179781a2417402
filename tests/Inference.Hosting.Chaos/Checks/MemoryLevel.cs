// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Chaos.Checks;

/// <summary>Managed memory, and that of the process, at a quiet moment.</summary>
internal readonly record struct MemoryLevel(long Managed, long Process)
{
    // Pools of the server and of the client keep what a burst needed.
    private const long Slack = 48 << 20;

    public static MemoryLevel Read()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        var managed = GC.GetTotalMemory(forceFullCollection: true);
        using var process = System.Diagnostics.Process.GetCurrentProcess();
        return new MemoryLevel(managed, process.WorkingSet64);
    }

    public void CheckAgainst(MemoryLevel warm, ChaosRun run)
        => run.Expect(Managed - warm.Managed < Slack, $"Managed memory grew from {warm.Managed >> 20} to {Managed >> 20} MiB.");
}
