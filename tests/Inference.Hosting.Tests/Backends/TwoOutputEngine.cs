// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Tests.Backends;

/// <summary>Gives y = x + b and z = -x, where the input b may be left out. Remembers what each run was asked for.</summary>
internal sealed class TwoOutputEngine : IInferenceEngine
{
    public ModelMetadata Metadata { get; } = new(
        "two",
        "1",
        [Spec("x"), Spec("b") with { IsOptional = true }],
        [Spec("y"), Spec("z")])
    {
        SupportsBatching = true,
    };

    public List<(int Rows, bool HasBias, bool WantsY, bool WantsZ)> Runs { get; } = [];

    public ManualResetEventSlim Gate { get; } = new(initialState: true);

    public IEngineInstance CreateInstance(int index) => new Instance(this);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static TensorSpec Spec(string name) => new(name, TensorDataType.FP32, [-1, 1]) { BatchAxis = 0 };

    private sealed class Instance(TwoOutputEngine engine) : IEngineInstance
    {
        private readonly byte[][] _inputs = [new byte[4096], new byte[4096]];
        private readonly byte[][] _outputs = [new byte[4096], new byte[4096]];
        private readonly long[] _shape = [0, 1];

        public string Device => "cpu";

        public void Prepare(InferenceBatch batch) => _shape[0] = batch.Rows;

        public Span<byte> GetInput(int index) => _inputs[index].AsSpan(0, (int)_shape[0] * 4);

        public void Execute(InferenceBatch batch)
        {
            lock (engine.Runs)
            {
                engine.Runs.Add((batch.Rows, batch.HasInput(1), batch.Wants(0), batch.Wants(1)));
            }

            engine.Gate.Wait();
            var x = Floats(_inputs[0]);
            var b = Floats(_inputs[1]);
            var y = Floats(_outputs[0]);
            var z = Floats(_outputs[1]);
            for (var i = 0; i < batch.Rows; i++)
            {
                y[i] = x[i] + (batch.HasInput(1) ? b[i] : 0);
                z[i] = -x[i];
            }
        }

        public ReadOnlySpan<long> GetOutputShape(int index) => _shape;

        public ReadOnlySpan<byte> GetOutput(int index) => _outputs[index].AsSpan(0, (int)_shape[0] * 4);

        public void Dispose()
        {
        }

        private static Span<float> Floats(byte[] bytes) => MemoryMarshal.Cast<byte, float>(bytes.AsSpan());
    }
}
