// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Tests.Batching;

/// <summary>Whatever the specs, the splits and the company: an identity engine gives each request back what it sent.</summary>
public sealed class AssemblyPropertyTests
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 40)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void Identity_RandomSpecsSplitsAndCompany_ReturnsOwnRows(int seed)
    {
        for (var round = 0; round < 25; round++)
        {
            var random = new Random((seed * 1000) + round);
            var world = new World(random);
            var requests = Enumerable.Range(0, random.Next(1, 12)).Select(_ => world.NewRequest()).ToArray();
            var parts = world.Split(requests);
            world.RunAll(parts);
            foreach (var request in requests)
            {
                world.Check(request);
            }

            Assert.Equal(world.Pool.Rented, world.Pool.Returned);
            Assert.Equal(world.Pool.Buffers.Rented, world.Pool.Buffers.Returned);
        }
    }

    private sealed record Sent(InferenceRequest Request, RequestLayout Layout, PooledResponse Response);

    private sealed class World
    {
        private readonly Random _random;
        private readonly ModelMetadata _metadata;
        private readonly RequestAnalyzer _analyzer;
        private readonly BatchAssembler _assembler;

        public World(Random random)
        {
            _random = random;
            var hasRagged = random.Next(2) == 0;
            TensorSpec[] inputs = [.. Enumerable.Range(0, random.Next(1, 5)).Select(i => NewSpec(i, hasRagged))];
            TensorSpec[] outputs = [.. inputs.Select(input => input.BatchAxis is null

                // What all rows share comes back as a fingerprint for each row.
                ? new TensorSpec($"{input.Name}_out", TensorDataType.Int64, [-1]) { BatchAxis = 0 }
                : input with { Name = $"{input.Name}_out", IsMask = false, IsOptional = false })];
            _metadata = AssemblyBench.Model(inputs, outputs);
            _analyzer = new RequestAnalyzer(_metadata);
            _assembler = new BatchAssembler(_metadata);
            Pool = new ResponsePool(_metadata);
        }

        public ResponsePool Pool { get; }

        public Sent NewRequest()
        {
            var request = new InferenceRequest();
            var rows = _random.Next(1, 7);
            var length = _random.Next(1, 9);
            var names = new List<string>();
            var order = Enumerable.Range(0, _metadata.Inputs.Count).ToArray();
            if (_random.Next(2) == 0)
            {
                _random.Shuffle(order);
            }

            foreach (var index in order)
            {
                var spec = _metadata.Inputs[index];
                if ((spec.IsOptional || spec.IsMask) && _random.Next(2) == 0)
                {
                    if (spec.IsMask)
                    {
                        names.Add($"{spec.Name}_out");
                    }

                    continue;
                }

                names.Add($"{spec.Name}_out");
                var shape = spec.Shape.Dimensions.ToArray();
                for (var axis = 0; axis < shape.Length; axis++)
                {
                    shape[axis] = axis == spec.BatchAxis ? rows
                        : axis == spec.RaggedAxis ? length
                        : shape[axis] >= 0 ? shape[axis]
                        : spec.IsMask ? 1 : _random.Next(1, 3);
                }

                request.Inputs[spec.Name] = Data(spec, shape);
            }

            _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(names));

            // Not every request asks for everything; some ask for nothing in particular where all inputs are there.
            request.Outputs = request.Inputs.Count == _metadata.Inputs.Count && _random.Next(3) == 0
                ? null
                : [.. names.Take(Math.Max(1, _random.Next(names.Count + 1)))];
            var layout = _analyzer.Analyze(request);
            return new(request, layout, Pool.Rent(layout));
        }

        public List<List<BatchPart>> Split(Sent[] requests)
        {
            var runs = new List<List<BatchPart>>();
            foreach (var group in requests.GroupBy(request => request.Layout.Key))
            {
                var parts = new List<BatchPart>();
                foreach (var (request, layout, response) in group)
                {
                    for (var row = 0; row < layout.Rows;)
                    {
                        var rows = _random.Next(2) == 0 ? layout.Rows - row : _random.Next(1, layout.Rows - row + 1);
                        parts.Add(new(request, layout, response, row, rows));
                        row += rows;
                    }
                }

                _random.Shuffle(System.Runtime.InteropServices.CollectionsMarshal.AsSpan(parts));
                while (parts.Count > 0)
                {
                    var count = _random.Next(1, parts.Count + 1);
                    runs.Add(parts[..count]);
                    parts.RemoveRange(0, count);
                }
            }

            return runs;
        }

        public void RunAll(List<List<BatchPart>> runs)
        {
            // Parts of one request may meet on two instances at the same time.
            var next = -1;
            var seeds = new[] { _random.Next(), _random.Next() };
            using var start = new Barrier(2);
            Exception? failure = null;
            var threads = seeds.Select(seed => new Thread(() =>
            {
                try
                {
                    var random = new Random(seed);
                    var instance = new ScriptedInstance(_metadata, Identity);
                    var batch = new InferenceBatch(_metadata);
                    start.SignalAndWait();
                    for (var i = Interlocked.Increment(ref next); i < runs.Count; i = Interlocked.Increment(ref next))
                    {
                        Run(runs[i].ToArray(), instance, batch, random);
                    }
                }
                catch (Exception exception)
                {
                    failure = exception;
                }
            })).ToArray();
            foreach (var thread in threads)
            {
                thread.Start();
            }

            foreach (var thread in threads)
            {
                thread.Join();
            }

            Assert.Null(failure);
        }

        public void Check(Sent sent)
        {
            sent.Response.Complete();
            using var response = new InferenceResponse(sent.Response);
            var wanted = sent.Request.Outputs ?? [.. _metadata.Outputs.Select(output => output.Name)];
            Assert.Equal(wanted, response.Outputs.Select(output => output.Key));
            foreach (var spec in _metadata.Inputs)
            {
                if (!wanted.Contains($"{spec.Name}_out"))
                {
                    continue;
                }

                var given = response[$"{spec.Name}_out"];
                if (!sent.Request.Inputs.TryGetValue(spec.Name, out var expected))
                {
                    Assert.True(spec.IsMask);
                    expected = Ones(spec, given.Shape);
                }
                else if (spec.BatchAxis is null)
                {
                    var fingerprints = new long[sent.Layout.Rows];
                    Array.Fill(fingerprints, Fingerprint(expected.Bytes));
                    expected = InferenceTensor.Create(fingerprints, fingerprints.Length);
                }

                Assert.Equal(expected.Shape, given.Shape);
                Assert.Equal(expected.Bytes, given.Bytes);
            }
        }

        private static InferenceTensor Ones(TensorSpec spec, TensorShape shape)
        {
            shape.TryGetElementCount(out var count);
            return spec.DataType switch
            {
                TensorDataType.FP32 => InferenceTensor.Create(Enumerable.Repeat(1f, (int)count).ToArray(), [.. shape]),
                _ => InferenceTensor.Create(Enumerable.Repeat(1L, (int)count).ToArray(), [.. shape]),
            };
        }

        private static long Fingerprint(ReadOnlySpan<byte> bytes)
        {
            var hash = 17L;
            foreach (var value in bytes)
            {
                hash = (hash * 31) + value;
            }

            return hash;
        }

        private static void Identity(ScriptedInstance instance, InferenceBatch batch)
        {
            for (var i = 0; i < batch.Metadata.Inputs.Count; i++)
            {
                if (!batch.Wants(i))
                {
                    continue;
                }

                var input = instance.GetInput(i);
                if (batch.Metadata.Inputs[i].BatchAxis is null)
                {
                    var fingerprints = new long[batch.Rows];
                    Array.Fill(fingerprints, Fingerprint(input));
                    instance.SetOutput(i, InferenceTensor.Create(fingerprints, fingerprints.Length));
                }
                else
                {
                    input.CopyTo(instance.SetOutput(i, batch.GetInputShape(i), input.Length));
                }
            }
        }

        private void Run(BatchPart[] parts, ScriptedInstance instance, InferenceBatch batch, Random random)
        {
            var rows = parts.Sum(part => part.Rows) + random.Next(3);
            var length = parts.Max(part => part.Layout.Length);
            length = length == 0 ? 0 : length + random.Next(5);
            _assembler.Assemble(instance, batch, parts, rows, length);
            instance.Execute(batch);
            _assembler.Scatter(instance, batch, parts);
        }

        private TensorSpec NewSpec(int index, bool hasRagged)
        {
            var type = (TensorDataType)_random.Next(1, 15);
            var isShared = index > 0 && _random.Next(5) == 0;
            var rank = _random.Next(isShared ? 0 : 1, 5);
            var shape = new long[rank];
            for (var axis = 0; axis < rank; axis++)
            {
                shape[axis] = _random.Next(3) == 0 ? -1 : _random.Next(1, 4);
            }

            int? batchAxis = isShared ? null : _random.Next(2) == 0 ? 0 : _random.Next(rank);
            int? raggedAxis = null;
            var isMask = false;
            if (batchAxis is { } batch)
            {
                shape[batch] = -1;
                if (hasRagged && rank > 1 && _random.Next(3) > 0)
                {
                    raggedAxis = (batch + _random.Next(1, rank)) % rank;
                    shape[raggedAxis.Value] = -1;
                    isMask = index > 0 && _random.Next(3) == 0;
                }
            }

            if (isMask)
            {
                type = _random.Next(2) == 0 ? TensorDataType.FP32 : TensorDataType.Int64;
            }

            return new($"i{index}", type, shape)
            {
                BatchAxis = batchAxis,
                RaggedAxis = raggedAxis,
                PadValue = _random.Next(3),
                IsMask = isMask,

                // A mask is made for the length of the first input, so that one is always there.
                IsOptional = !isMask && index > 0 && _random.Next(3) == 0,
            };
        }

        private InferenceTensor Data(TensorSpec spec, long[] shape)
        {
            TensorShape.TryGetElementCount(shape, out var count);
            if (spec.DataType == TensorDataType.Bytes)
            {
                var texts = Enumerable.Range(0, (int)count).Select(_ => new string('t', _random.Next(6)) + _random.Next(1000)).ToArray();
                return InferenceTensor.FromBytes(TensorDataType.Bytes, BytesEncoding.Encode(texts), shape);
            }

            var data = new byte[count * spec.DataType.GetElementSize()];
            _random.NextBytes(data);

            // Shared inputs are of few kinds, so that some requests meet.
            if (spec.BatchAxis is null)
            {
                Array.Fill(data, (byte)_random.Next(2));
            }

            return InferenceTensor.FromBytes(spec.DataType, data, shape);
        }
    }
}
