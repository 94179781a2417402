// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Stress;

/// <summary>Managed memory before and after.</summary>
internal sealed class MemoryLevel
{
    private const long Slack = 24 << 20;

    private readonly long _before = Read();

    /// <summary>Memory must be back at its level; pools hold a little.</summary>
    public void Check(StressRun run)
    {
        var growth = Read() - _before;
        run.Expect(growth < Slack, $"Memory grew by {growth >> 20} MiB.");
    }

    private static long Read()
    {
        GC.Collect();
        GC.WaitForPendingFinalizers();
        return GC.GetTotalMemory(forceFullCollection: true);
    }
}
