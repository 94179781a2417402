// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Binding;

namespace Inference.Hosting.OnnxRuntime.Tests.Binding;

public sealed class UseGuardTests
{
    [Fact]
    public void Close_WhileIdle_LetsTheCallerFreeOnce()
    {
        var guard = new UseGuard(typeof(UseGuardTests));

        Assert.True(guard.Close());
        Assert.False(guard.Close());
        Assert.Throws<ObjectDisposedException>(guard.Enter);
        Assert.Throws<ObjectDisposedException>(guard.ThrowIfDisposed);
    }

    [Fact]
    public void Close_WhileBusy_LeavesTheFreeingToTheRun()
    {
        var guard = new UseGuard(typeof(UseGuardTests));
        guard.Enter();

        Assert.False(guard.Close());
        Assert.False(guard.Close());
        Assert.Throws<ObjectDisposedException>(guard.ThrowIfDisposed);
        Assert.True(guard.Exit());
        Assert.Throws<ObjectDisposedException>(guard.Enter);
    }

    [Fact]
    public void Enter_WhileBusy_IsRefusedAndTheRunGoesOn()
    {
        var guard = new UseGuard(typeof(UseGuardTests));
        guard.Enter();

        Assert.Throws<InvalidOperationException>(guard.Enter);
        Assert.False(guard.Exit());
        guard.Enter();
    }

    [Fact]
    public void Close_AgainstRunsOnAnotherThread_IsNeverLost()
    {
        for (var round = 0; round < 2000; round++)
        {
            var guard = new UseGuard(typeof(UseGuardTests));
            var freed = 0;
            var runner = new Thread(() =>
            {
                try
                {
                    while (true)
                    {
                        guard.Enter();
                        if (guard.Exit())
                        {
                            Interlocked.Increment(ref freed);
                        }
                    }
                }
                catch (ObjectDisposedException)
                {
                    // The end of every round.
                }
            });
            runner.Start();
            if (guard.Close())
            {
                Interlocked.Increment(ref freed);
            }

            runner.Join();
            Assert.Equal(1, freed);
        }
    }
}
