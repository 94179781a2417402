// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.Tests.Backends;

public sealed class FunctionBackendTests
{
    private static readonly TensorSpec[] _x = [new("x", TensorDataType.FP32, [-1, 2])];
    private static readonly TensorSpec[] _y = [new("y", TensorDataType.FP32, [-1])];

    [Fact]
    public async Task UseFunction_Synchronous_AnswersThroughTheHost()
    {
        await using var app = await App.StartAsync(builder => builder.UseFunction(_x, _y, (batch, _) => Sum(batch)));

        using var response = await app.Client.InferAsync(Rows(1, 2, 3, 4));

        Assert.Equal([3, 7], response["y"].ToArray<float>());
        Assert.Equal("1", response.Timing.Version);
    }

    [Fact]
    public async Task UseFunction_Asynchronous_IsAwaited()
    {
        await using var app = await App.StartAsync(builder => builder.UseFunction(_x, _y, async (batch, cancellationToken) =>
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            batch.SetOutput("y", InferenceTensor.Create(Enumerable.Repeat(5f, batch.Rows).ToArray(), batch.Rows));
        }));

        using var response = await app.Client.InferAsync(Rows(1, 2));

        Assert.Equal([5], response["y"].ToArray<float>());
    }

    [Fact]
    public async Task UseFunction_CallersThatWait_ShareARun()
    {
        var sizes = new List<int>();
        using var entered = new SemaphoreSlim(0);
        using var gate = new SemaphoreSlim(0);
        await using var app = await App.StartAsync(builder => builder.WithWarmup(options => options.Enabled = false).UseFunction(
            _x,
            _y,
            async (batch, _) =>
            {
                sizes.Add(batch.Rows);
                entered.Release();
                await gate.WaitAsync(CancellationToken.None);
                Sum(batch);
            }));
        var first = app.Client.InferAsync(Rows(1, 1)).AsTask();
        await entered.WaitAsync();
        var others = Enumerable.Range(0, 7).Select(i => app.Client.InferAsync(Rows(i, i)).AsTask()).ToArray();
        gate.Release(2);

        (await first).Dispose();
        for (var i = 0; i < others.Length; i++)
        {
            using var response = await others[i];
            Assert.Equal([2f * i], response["y"].ToArray<float>());
        }

        Assert.Equal([1, 7], sizes);
    }

    [Fact]
    public async Task UseFunction_OneRowThrows_OnlyItsCallerFails()
    {
        using var gate = new ManualResetEventSlim();
        using var entered = new ManualResetEventSlim();
        await using var app = await App.StartAsync(builder => builder.WithWarmup(options => options.Enabled = false).UseFunction(
            _x,
            _y,
            (batch, _) =>
            {
                entered.Set();
                gate.Wait(CancellationToken.None);
                if (batch.Input<float>("x").Contains(13))
                {
                    throw new InferenceException(InferenceErrorCode.InvalidInput, "13 brings bad luck: send another number.");
                }

                Sum(batch);
            }));
        var first = app.Client.InferAsync(Rows(0, 0)).AsTask();
        entered.Wait();
        var others = Enumerable.Range(10, 8).Select(i => app.Client.InferAsync(Rows(i, 0)).AsTask()).ToArray();
        gate.Set();

        (await first).Dispose();
        for (var i = 0; i < others.Length; i++)
        {
            if (i == 3)
            {
                var exception = await Assert.ThrowsAsync<InferenceException>(() => others[3]);
                Assert.Equal(InferenceErrorCode.EngineFailed, exception.Code);
                Assert.Contains("13 brings bad luck", exception.Message, StringComparison.Ordinal);
                continue;
            }

            using var response = await others[i];
            Assert.Equal([10f + i], response["y"].ToArray<float>());
        }
    }

    [Fact]
    public async Task UseFunction_OtherException_StaysOutOfTheAnswer()
    {
        await using var app = await App.StartAsync(builder => builder.WithWarmup(options => options.Enabled = false)
            .UseFunction(_x, _y, (_, _) => throw new InvalidOperationException("/secret/path")));

        var exception = await Assert.ThrowsAsync<InferenceException>(async () => await app.Client.InferAsync(Rows(1, 2)));

        Assert.Equal(InferenceErrorCode.EngineFailed, exception.Code);
        Assert.DoesNotContain("secret", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseFunction_OutputNotGiven_FailsAndSaysWhich()
    {
        await using var app = await App.StartAsync(builder => builder.WithWarmup(options => options.Enabled = false)
            .UseFunction(_x, _y, (_, _) => { }));

        var exception = await Assert.ThrowsAsync<InferenceException>(async () => await app.Client.InferAsync(Rows(1, 2)));

        Assert.Contains("The model gave no output 'y'.", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task UseFunction_WithoutBatching_GetsWholeRequests()
    {
        await using var app = await App.StartAsync(builder => builder.UseFunction(
            [new("x", TensorDataType.FP32, [-1])],
            [new("total", TensorDataType.FP32, [])],
            (batch, _) =>
            {
                var total = 0f;
                foreach (var value in batch.Input<float>("x"))
                {
                    total += value;
                }

                batch.Output<float>("total")[0] = total;
            },
            batches: false));
        var request = new InferenceRequest();
        request.Inputs["x"] = InferenceTensor.Create(new float[] { 1, 2, 3 }, 3);

        using var response = await app.Client.InferAsync(request);

        Assert.Equal([6], response["total"].ToArray<float>());
        Assert.Equal(0, response["total"].Shape.Rank);
    }

    [Fact]
    public async Task UseFunction_Text_ComesAndGoesAsStrings()
    {
        await using var app = await App.StartAsync(builder => builder.UseFunction(
            [new("text", TensorDataType.Bytes, [-1])],
            [new("upper", TensorDataType.Bytes, [-1])],
            (batch, _) => batch.SetOutput(
                "upper",
                InferenceTensor.FromStrings([.. batch.Input("text").ToStrings().Select(text => text.ToUpperInvariant())]))));
        var request = new InferenceRequest();
        request.Inputs["text"] = InferenceTensor.FromStrings(["a", "", "bc"]);

        using var response = await app.Client.InferAsync(request);

        Assert.Equal(["A", "", "BC"], response["upper"].ToStrings());
    }

    [Fact]
    public async Task UseFunction_HangsWhenDisposed_IsCancelledThroughItsToken()
    {
        using var entered = new SemaphoreSlim(0);
        var app = await App.StartAsync(builder => builder.WithWarmup(options => options.Enabled = false).UseFunction(
            _x,
            _y,
            async (_, cancellationToken) =>
            {
                entered.Release();
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }), drain: TimeSpan.Zero);
        var hanging = app.Client.InferAsync(Rows(1, 2)).AsTask();
        await entered.WaitAsync();

        await app.DisposeAsync();

        await Assert.ThrowsAsync<InferenceException>(() => hanging);
    }

    [Fact]
    public async Task FunctionBatch_Misused_SaysHow()
    {
        FunctionBatch? kept = null;
        var texts = new List<string>();
        await using var app = await App.StartAsync(builder => builder.WithWarmup(options => options.Enabled = false).UseFunction(
            [.. _x, new("extra", TensorDataType.Int32, [-1]) { IsOptional = true }],
            [.. _y, new("free", TensorDataType.Int32, [-1, -1])],
            (batch, _) =>
            {
                kept = batch;
                Assert.False(batch.HasInput("extra"));
                Assert.True(batch.Wants("y"));
                Assert.False(batch.Wants("free"));
                Note(() => batch.Input("z"));
                Note(() => batch.Input("extra"));
                Note(() => batch.Input<int>("x"));
                Note(() => batch.Output<int>("y"));
                Note(() => batch.Output<float>("y", 3));
                Note(() => batch.Output<int>("free"));
                Note(() => batch.SetOutput("y", InferenceTensor.Create(new[] { 1 }, 1)));
                Sum(batch);
            }));
        var request = Rows(1, 2);
        request.Outputs = ["y"];

        (await app.Client.InferAsync(request)).Dispose();

        Assert.Equal(
            [
                "The function has no input 'z': it was registered with 'x', 'extra'. (Parameter 'name')",
                "The callers left out input 'extra': ask HasInput first. (Parameter 'name')",
                "The tensor holds FP32, not Int32.",
                "Output 'y' holds FP32, not Int32.",
                "Output 'y' was registered with shape [-1] and the run has 1 rows: [3] does not fit.",
                "Axis 1 of output 'free' varies: give its shape, with 1 rows.",
                "Output 'y' holds FP32, not INT32[1]. (Parameter 'tensor')",
            ],
            texts);
        Assert.Equal(
            "The function has returned: its batch cannot be used any more.",
            Assert.Throws<InvalidOperationException>(() => kept!.Rows).Message);

        void Note(Action misuse) => texts.Add(Assert.ThrowsAny<Exception>(misuse).Message);
    }

    [Fact]
    public async Task FunctionBatch_Services_AreTheHosts()
    {
        await using var app = await App.StartAsync(
            builder =>
            {
                builder.Services.AddSingleton(new Random(7));
                builder.UseFunction(_x, _y, (batch, _) =>
                    batch.Output<float>("y").Fill(batch.Services.GetRequiredService<Random>() is null ? 0 : 1));
            });

        using var response = await app.Client.InferAsync(Rows(1, 2));

        Assert.Equal([1], response["y"].ToArray<float>());
    }

    [Fact]
    public void Describe_WrongSpecs_SayWhatToChange()
    {
        Assert.Equal(
            "Two inputs are named 'x': give each its own name.",
            Assert.Throws<ArgumentException>(() => FunctionEngine.Describe([.. _x, .. _x], _y, true)).Message);
        Assert.Equal(
            "Output 'y' with shape [3] has no rows although inputs have: make its first dimension -1, set its BatchAxis, or register the function with batches: false. (Parameter 'outputs')",
            Assert.Throws<ArgumentException>(() => FunctionEngine.Describe(_x, [new("y", TensorDataType.FP32, [3])], true)).Message);
        Assert.Throws<ArgumentException>(() => FunctionEngine.Describe(_x, [], true));
        Assert.False(FunctionEngine.Describe(_x, [new("y", TensorDataType.FP32, [3])], false).SupportsBatching);
        Assert.Equal(1, FunctionEngine.Describe([new("s", TensorDataType.FP32, [2, -1]) { BatchAxis = 1 }], _y, true).Inputs[0].BatchAxis);
    }

    private static void Sum(FunctionBatch batch)
    {
        var x = batch.Input<float>("x");
        var y = batch.Output<float>("y");
        for (var row = 0; row < batch.Rows; row++)
        {
            y[row] = x[2 * row] + x[(2 * row) + 1];
        }
    }

    private static InferenceRequest Rows(params float[] values)
    {
        var request = new InferenceRequest();
        request.Inputs["x"] = InferenceTensor.Create(values, values.Length / 2, 2);
        return request;
    }

    private sealed class App(IHost host) : IAsyncDisposable
    {
        public IInferenceClient Client { get; } = host.Services.GetRequiredKeyedService<IInferenceClient>("f");

        public static async Task<App> StartAsync(Action<Inference.Hosting.DependencyInjection.IModelBuilder> configure, TimeSpan? drain = null)
        {
            var builder = Host.CreateApplicationBuilder();
            builder.Logging.ClearProviders();
            var model = builder.Services.AddModel("f");
            if (drain is { } time)
            {
                builder.Configuration["Inference:Models:f:DrainTimeout"] = time.ToString();
            }

            configure(model);
            var host = builder.Build();
            await host.StartAsync();
            await host.Services.GetRequiredService<IModelCatalog>().WaitUntilReadyAsync();
            return new App(host);
        }

        public async ValueTask DisposeAsync()
        {
            await host.StopAsync();
            host.Dispose();
        }
    }
}
