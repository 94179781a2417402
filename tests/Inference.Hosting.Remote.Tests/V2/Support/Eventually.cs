// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>Waits for what probes and retries of a running app bring about.</summary>
internal static class Eventually
{
    public static Task IsTrueAsync(Func<bool> condition) => IsTrueAsync(() => Task.FromResult(condition()));

    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        var started = TimeProvider.System.GetTimestamp();
        while (!await condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(started) < V2Server.Patience, "It did not come about in time.");
            await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System);
        }
    }
}
