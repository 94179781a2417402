// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests;

/// <summary>Faults, and misuse that would end the process if it reached native code.</summary>
public sealed class OnnxEngineInstanceTests
{
    [Fact]
    public void Execute_IndexOutsideTheTable_IsAFaultOfTheDataInOurWords()
    {
        using var engine = new TestEngine(OnnxModels.Gather());

        var fault = Assert.Throws<EngineException>(() => engine.Run(new() { ["index"] = InferenceTensor.Create([1L, 99L], 2) }));

        Assert.Equal(EngineFault.Data, fault.Fault);
        Assert.Contains("idx=99", fault.Message);
        Assert.Equal("A value that serves as an index is outside the model's table.", fault.PublicMessage);
        Assert.Equal([20f], engine.Run(new() { ["index"] = InferenceTensor.Create([2L], 1) })["value"].ToArray<float>());
    }

    [Fact]
    public void Execute_IntegerDivisionByZero_IsAFaultOfTheData()
    {
        using var engine = new TestEngine(OnnxModels.Divide());

        var fault = Assert.Throws<EngineException>(() => engine.Run(new()
        {
            ["a"] = InferenceTensor.Create([1, 1], 2),
            ["b"] = InferenceTensor.Create([1, 0], 2),
        }));

        Assert.Equal(EngineFault.Data, fault.Fault);
    }

    [Fact]
    public void Execute_MoreMemoryThanThereIs_IsOutOfMemoryAndLeavesTheInstanceUsable()
    {
        // Expand makes as many numbers as the input says: 2^50 of them are too many for any machine.
        using var engine = new TestEngine(new OnnxModelWriter()
            .Input("size", TensorDataType.Int64, 1)
            .Output("y", TensorDataType.FP32, "n")
            .Initializer<float>("one", [1f], 1)
            .Node("Expand", ["one", "size"], ["y"]));

        var fault = Assert.Throws<EngineException>(() => engine.Run(new() { ["size"] = InferenceTensor.Create([1L << 50], 1) }));

        Assert.Equal(EngineFault.OutOfMemory, fault.Fault);
        Assert.Equal(3, engine.Run(new() { ["size"] = InferenceTensor.Create([3L], 1) })["y"].ToArray<float>().Length);
    }

    [Fact]
    public void Execute_InputLeftOut_IsAFaultAndLeavesTheInstanceUsable()
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        var one = InferenceTensor.Create(new int[16], 1, 16);

        Assert.Equal(EngineFault.Run, Assert.Throws<EngineException>(() => engine.Run(new() { ["INPUT0"] = one })).Fault);
        Assert.Equal(2, engine.Run(new() { ["INPUT0"] = one, ["INPUT1"] = one }).Count);
    }

    [Fact]
    public void Prepare_ShapeLargerThanTheBytes_IsRefusedBeforeNativeCode()
    {
        using var engine = new TestEngine(OnnxModels.Identity());
        var batch = new InferenceBatch(engine.Metadata);
        batch.Begin(1);
        batch.SetInput(0, [1, 1_000_000], 4);
        batch.Want(0);

        Assert.Contains("does not fit 4 bytes", Assert.Throws<EngineException>(() => engine.Instance.Prepare(batch)).Message);
    }

    [Fact]
    public void Use_AfterDispose_Throws()
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        var instance = engine.Engine.CreateInstance(0);
        var batch = new InferenceBatch(engine.Metadata);
        instance.Dispose();
        instance.Dispose();

        Assert.Throws<ObjectDisposedException>(() => instance.Prepare(batch));
        Assert.Throws<ObjectDisposedException>(() => instance.Execute(batch));
        Assert.Throws<ObjectDisposedException>(() => instance.GetInput(0).Length);
        Assert.Throws<ObjectDisposedException>(() => instance.GetOutput(0).Length);
        Assert.Throws<ObjectDisposedException>(() => instance.GetOutputShape(0).Length);
    }

    [Fact]
    public async Task Use_AfterTheEngineIsDisposed_StillRunsUntilTheInstanceIs()
    {
        var engine = new TestEngine(OnnxModels.Gather());
        await engine.Engine.DisposeAsync();
        await engine.Engine.DisposeAsync();

        Assert.Equal([30f], engine.Run(new() { ["index"] = InferenceTensor.Create([3L], 1) })["value"].ToArray<float>());
        engine.Instance.Dispose();
        Assert.Throws<ObjectDisposedException>(() => engine.Engine.CreateInstance(0));
    }

    [Fact]
    public void Dispose_WhileAnotherThreadRuns_WaitsForTheRunToFreeTheMemory()
    {
        // Enough work that a run is under way when it is disposed; a native crash would end the test process.
        for (var i = 0; i < 20; i++)
        {
            using var engine = new TestEngine(OnnxModels.Mlp(256, 1024, 256));
            var batch = engine.Prepare(new() { ["x"] = InferenceTensor.Create(new float[64 * 256], 64, 256) });
            using var started = new ManualResetEventSlim();
            var thread = new Thread(() =>
            {
                started.Set();
                try
                {
                    for (var run = 0; run < 1000; run++)
                    {
                        engine.Instance.Execute(batch);
                    }
                }
                catch (ObjectDisposedException)
                {
                    // What every use after the disposal gets.
                }
            });
            thread.Start();
            started.Wait();
            engine.Dispose();
            thread.Join();
        }
    }

    [Fact]
    public void Execute_WithoutPrepare_Throws()
    {
        using var engine = new TestEngine(OnnxModels.AddSub());
        Assert.Throws<InvalidOperationException>(() => engine.Instance.Execute(new InferenceBatch(engine.Metadata)));
    }
}
