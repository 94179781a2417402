// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.OnnxRuntime.Tests.Support;
using Inference.Hosting.Tensors;
using Inference.Hosting.TestSupport;

namespace Inference.Hosting.OnnxRuntime.Tests.RealModels;

/// <summary>A stateful model as it is published: the state's batch axis is 1, and the sample rate is shared by a batch.</summary>
[Trait("Models", "Real")]
[Trait("Suite", "Device")]
public sealed class SileroTests
{
    private const int Window = 576;
    private const int State = 128;

    [Fact]
    public void Execute_FourSpeakersInOneBatch_AnswersEachAsIfAlone()
    {
        using var engine = Load();
        var random = new Random(21);
        var audio = Enumerable.Range(0, 4).Select(speaker => Enumerable.Range(0, 3 * Window)
            .Select(i => (MathF.Sin(i * (0.01f + (0.03f * speaker))) * 0.4f) + ((random.NextSingle() - 0.5f) * 0.2f)).ToArray()).ToArray();

        // Alone: each speaker's state is carried from window to window.
        var alone = audio.Select(speaker =>
        {
            var state = new float[2 * State];
            return Enumerable.Range(0, 3).Select(step =>
            {
                var result = Run(engine, speaker[(step * Window)..((step + 1) * Window)], state, 1);
                state = result.State;
                return result.Speech[0];
            }).ToArray();
        }).ToArray();

        // Together: the states are stacked on axis 1, and each must come back to its speaker.
        var states = new float[2 * 4 * State];
        for (var step = 0; step < 3; step++)
        {
            var windows = audio.SelectMany(speaker => speaker[(step * Window)..((step + 1) * Window)]).ToArray();
            var result = Run(engine, windows, states, 4);
            states = result.State;
            for (var speaker = 0; speaker < 4; speaker++)
            {
                Assert.Equal(alone[speaker][step], result.Speech[speaker], TestDevice.Tolerance * 10);
            }
        }

        Assert.True(alone.SelectMany(steps => steps).Distinct().Count() > 6, "Speakers and steps must differ, or the test shows nothing.");
    }

    [Fact]
    public void Load_Silero_StateBatchesOnAxisOneAndRateIsShared()
    {
        using var engine = Load();

        Assert.True(engine.Metadata.SupportsBatching);
        Assert.Equal("input=0 state=1 sr=-", string.Join(' ', engine.Metadata.Inputs.Select(Axis)));
        Assert.Equal("output=0 stateN=1", string.Join(' ', engine.Metadata.Outputs.Select(Axis)));

        static string Axis(TensorSpec spec) => $"{spec.Name}={spec.BatchAxis?.ToString() ?? "-"}";
    }

    // The graph names none of its axes, so its owner says where the state has its rows; the rest is proved.
    private static TestEngine Load() => new(new ModelSource(Restore(), null), options => options.BatchAxes["state"] = 1);

    private static (float[] Speech, float[] State) Run(TestEngine engine, float[] windows, float[] state, int rows)
    {
        var results = engine.Run(new()
        {
            ["input"] = InferenceTensor.Create(windows, rows, Window),
            ["state"] = InferenceTensor.Create(state, 2, rows, State),
            ["sr"] = InferenceTensor.Create([16_000L]),
        });
        return (results["output"].ToArray<float>(), results["stateN"].ToArray<float>());
    }

    private static string Restore()
    {
        var path = NpmPackage.TryRestore(
            "@ricky0123/vad-web@0.0.31",
            "dist/silero_vad_v5.onnx",
            "2623a2953f6ff3d2c1e61740c6cdb7168133479b267dfef114a4a3cc5bdd788f",
            out var reason);
        if (path is null)
        {
            Assert.Skip(reason);
        }

        return path;
    }
}
