// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Benchmarks.Ways;

/// <summary>An engine that takes no time: y = x for four floats. What is left is the batcher.</summary>
internal sealed class InstantEngine : IInferenceEngine
{
    public ModelMetadata Metadata { get; } = new(
        "instant", "1", [new TensorSpec("x", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }], [new TensorSpec("y", TensorDataType.FP32, [-1, 4]) { BatchAxis = 0 }])
    {
        SupportsBatching = true,
        MaxBatchSize = 64,
        Devices = ["none"],
    };

    public IEngineInstance CreateInstance(int index) => new Instance();

    public ValueTask DisposeAsync() => default;

    private sealed class Instance : IEngineInstance
    {
        private readonly byte[] _buffer = new byte[64 * 16];
        private readonly long[] _shape = [0, 4];

        public string Device => "none";

        public void Prepare(InferenceBatch batch) => _shape[0] = batch.Rows;

        public Span<byte> GetInput(int index) => _buffer.AsSpan(0, (int)_shape[0] * 16);

        public void Execute(InferenceBatch batch)
        {
            // The identity: input and output share the buffer.
        }

        public ReadOnlySpan<long> GetOutputShape(int index) => _shape;

        public ReadOnlySpan<byte> GetOutput(int index) => _buffer.AsSpan(0, (int)_shape[0] * 16);

        public void Dispose()
        {
        }
    }
}
