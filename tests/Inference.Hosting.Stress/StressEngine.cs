// SPDX-License-Identifier: Apache-2.0

using System.Globalization;
using System.Runtime.InteropServices;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Stress;

/// <summary>Computes <c>y = 2·x + 1</c> and <c>t</c>, the first element of each row as text. Each row must be [n, n + 1, n + 2, …]: a torn one is a violation.</summary>
internal sealed class StressEngine : IInferenceEngine
{
    /// <summary>The first element of a row that fails its run.</summary>
    public const float Poison = -13;

    /// <summary>What callers write over their memory as soon as they have their answer; nobody may read it any more.</summary>
    public const float Scribble = -777;

    private readonly StressRun _run;
    private int _created;
    private int _disposed;

    /// <param name="run">Where violations go.</param>
    /// <param name="width">Elements of a row; -1 for any.</param>
    public StressEngine(StressRun run, int width = 4)
    {
        _run = run;
        Metadata = new ModelMetadata(
            "stress",
            "1",
            [new TensorSpec("x", TensorDataType.FP32, [-1, width]) { BatchAxis = 0 }],
            [
                new TensorSpec("y", TensorDataType.FP32, [-1, width]) { BatchAxis = 0 },
                new TensorSpec("t", TensorDataType.Bytes, [-1]) { BatchAxis = 0 },
            ])
        {
            SupportsBatching = true,
            Devices = ["cpu"],
        };
    }

    public ModelMetadata Metadata { get; }

    /// <summary>Called at each stage of a run, on the instance's thread; what it throws is the stage's failure.</summary>
    public Action<Stage>? OnStage { get; init; }

    public int Created => Volatile.Read(ref _created);

    public int Disposed => Volatile.Read(ref _disposed);

    public bool IsDisposed { get; private set; }

    public IEngineInstance CreateInstance(int index)
    {
        Interlocked.Increment(ref _created);
        return new Instance(this);
    }

    public ValueTask DisposeAsync()
    {
        _run.Equal(Created, Disposed, "Instances disposed before their engine");
        IsDisposed = true;
        return ValueTask.CompletedTask;
    }

    internal enum Stage
    {
        Prepare,
        Input,
        Execute,
        Output,
    }

    private sealed class Instance(StressEngine engine) : IEngineInstance
    {
        private readonly long[] _shape = new long[2];
        private byte[] _input = [];
        private byte[] _output = [];
        private byte[] _texts = [];
        private int _bytes;
        private int _entered;

        public string Device => "cpu";

        public void Prepare(InferenceBatch batch)
        {
            if (Interlocked.Exchange(ref _entered, 1) != 0)
            {
                engine._run.Fail("Two threads are in one instance.");
            }

            try
            {
                engine.OnStage?.Invoke(Stage.Prepare);
                batch.GetInputShape(0).CopyTo(_shape);
                _bytes = batch.GetInputByteCount(0);
                if (_input.Length < _bytes)
                {
                    (_input, _output) = (new byte[_bytes], new byte[_bytes]);
                }

                _input.AsSpan().Fill(0xCC);
            }
            finally
            {
                Volatile.Write(ref _entered, 0);
            }
        }

        public Span<byte> GetInput(int index)
        {
            engine.OnStage?.Invoke(Stage.Input);
            return _input.AsSpan(0, _bytes);
        }

        public void Execute(InferenceBatch batch)
        {
            engine.OnStage?.Invoke(Stage.Execute);
            var x = MemoryMarshal.Cast<byte, float>(_input.AsSpan(0, _bytes));
            var y = MemoryMarshal.Cast<byte, float>(_output.AsSpan(0, _bytes));
            var width = x.Length / batch.Rows;
            var texts = batch.Wants(1) ? new string[batch.Rows] : null;
            for (var row = 0; row < batch.Rows; row++)
            {
                var values = x.Slice(row * width, width);
                if (values[0] == Poison)
                {
                    throw new EngineException(EngineFault.Run, $"Row {row} is poison.");
                }

                Check(values);
                for (var i = 0; i < width; i++)
                {
                    y[(row * width) + i] = (2 * values[i]) + 1;
                }

                if (texts is not null)
                {
                    texts[row] = TextOf(values[0]);
                }
            }

            if (texts is not null)
            {
                _texts = BytesEncoding.Encode(texts);
            }
        }

        public ReadOnlySpan<long> GetOutputShape(int index) => index == 0 ? _shape : _shape.AsSpan(0, 1);

        public ReadOnlySpan<byte> GetOutput(int index)
        {
            engine.OnStage?.Invoke(Stage.Output);
            return index == 0 ? _output.AsSpan(0, _bytes) : _texts;
        }

        public void Dispose() => Interlocked.Increment(ref engine._disposed);

        private void Check(ReadOnlySpan<float> values)
        {
            if (values[0] == Scribble)
            {
                engine._run.Fail("A caller's memory was read after its answer.");
                return;
            }

            // Warm-up rows are zeros.
            for (var i = 1; i < values.Length; i++)
            {
                if (values[i] != values[0] + i && values[i] != 0)
                {
                    engine._run.Fail($"A torn row: {values[0]} … {values[i]} at {i}.");
                    return;
                }
            }
        }
    }

    /// <summary>Texts of different length, so that misplaced ones show.</summary>
    public static string TextOf(float value)
        => string.Create(CultureInfo.InvariantCulture, $"{value}{new string('.', (int)value % 7)}");
}
