// SPDX-License-Identifier: Apache-2.0

using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;
using Inference.Hosting.AspNetCore;
using Inference.Hosting.AspNetCore.Http.Json;
using Inference.Hosting.AspNetCore.V2;
using Inference.Hosting.AspNetCore.V2.Reading;
using Inference.Hosting.Benchmarks.Measuring;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Benchmarks.Suites;

/// <summary>Numbers between text and memory, a million at a time, against the serializer of the framework.</summary>
internal static class ParsingSuite
{
    private const int Count = 1_000_000;

    // As Kestrel hands a body over.
    private const int SegmentSize = 4096;

    public static Task RunAsync(Settings settings, Report report)
    {
        report.Section("Numbers as JSON", $"{Count} numbers, one thread. Reading: `JsonSerializer.Deserialize<float[]>` of one array in one piece, against a whole V2 request in segments of {SegmentSize} bytes. Writing: `JsonSerializer.Serialize` to a buffer. To reach: 3 × in reading.");
        var random = new Random(3);
        var unit = Enumerable.Range(0, Count).Select(_ => (random.NextSingle() * 2) - 1).ToArray();
        var mixed = Enumerable.Range(0, Count).Select(i => i % 4 == 0 ? i / 2f : (float)(random.NextDouble() * Math.Pow(10, random.Next(-12, 12)))).ToArray();
        var rows = new List<string>
        {
            Read(settings, "FP32, -1 to 1, shortest form", unit, ",", value => value.ToString("R", CultureInfo.InvariantCulture)),
            Read(settings, "the same, as Python writes it", unit, ", ", value => ((double)value).ToString("R", CultureInfo.InvariantCulture)),
            Read(settings, "the same, six digits", unit, ",", value => value.ToString("0.000000", CultureInfo.InvariantCulture)),
            Read(settings, "FP32 of all sizes, with exponents", mixed, ",", value => value.ToString("R", CultureInfo.InvariantCulture)),
            Read(settings, "0 to 255", [.. unit.Select(value => MathF.Floor((value + 1) * 127.9f))], ",", value => value.ToString("R", CultureInfo.InvariantCulture)),
        };
        report.Table("reading | JsonSerializer, million a CPU-second | ours, million a CPU-second | ratio", rows);
        report.Table("writing | JsonSerializer, million a CPU-second | ours, million a CPU-second | ratio",
        [
            Write(settings, "FP32, -1 to 1", unit),
            Write(settings, "FP32 of all sizes", mixed),
        ]);
        return Task.CompletedTask;
    }

    private static string Read(Settings settings, string name, float[] values, string separator, Func<float, string> format)
    {
        var array = Encoding.ASCII.GetBytes($"[{string.Join(separator, values.Select(format))}]");
        var body = Cut([.. Encoding.ASCII.GetBytes($$"""{"inputs":[{"name":"x","datatype":"FP32","shape":[{{values.Length}}],"data":"""), .. array, .. "}]}"u8]);
        var options = new InferenceHttpOptions();
        var parser = new V2JsonParser(options);
        using var request = new V2Request(options);
        return Compare(
            settings,
            name,
            () => Check(JsonSerializer.Deserialize<float[]>(array)),
            () =>
            {
                request.Dispose();
                parser.Begin(request, null);
                parser.Feed(body, isLast: true);
                Check(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(request[0].Data.Span));
            });

        void Check(ReadOnlySpan<float> read)
        {
            if (read.Length != values.Length || MathF.Abs(read[^1] - values[^1]) > 1e-6f)
            {
                throw new InvalidOperationException($"{name} was read wrongly.");
            }
        }
    }

    private static string Write(Settings settings, string name, float[] values)
    {
        var tensor = InferenceTensor.Create<float>(values, values.Length);
        var buffer = new ArrayBufferWriter<byte>(Count * 16);
        return Compare(
            settings,
            name,
            () =>
            {
                buffer.ResetWrittenCount();
                using var json = new Utf8JsonWriter(buffer);
                JsonSerializer.Serialize(json, values);
            },
            () =>
            {
                buffer.ResetWrittenCount();
                using var json = new Utf8JsonWriter(buffer);
                json.WriteStartArray();
                var writer = new TensorJsonWriter(tensor);
                while (writer.WriteSome(json))
                {
                    // On.
                }

                json.WriteEndArray();
            });
    }

    private static string Compare(Settings settings, string name, Action theirs, Action ours)
    {
        var (theirRates, ourRates) = (new List<double>(), new List<double>());
        for (var round = -3; round < settings.Rounds; round++)
        {
            var (their, our) = (Rate(theirs, settings.Duration), Rate(ours, settings.Duration));
            if (round >= 0)
            {
                theirRates.Add(their);
                ourRates.Add(our);
            }
        }

        return string.Join(" | ", name, Spread.Of(theirRates), Spread.Of(ourRates), Spread.Of(ourRates.Zip(theirRates, (our, their) => our / their)));
    }

    // Million elements a second of CPU: there is one thread, and a busy machine takes away time, not CPU.
    private static double Rate(Action action, TimeSpan duration)
    {
        var (runs, cpu, used) = (0, Environment.CpuUsage.TotalTime, TimeSpan.Zero);
        while (used < duration)
        {
            action();
            runs++;
            used = Environment.CpuUsage.TotalTime - cpu;
        }

        return runs * (Count / 1e6) / used.TotalSeconds;
    }

    private static ReadOnlySequence<byte> Cut(byte[] body)
    {
        var first = new Segment(body.AsMemory(0, Math.Min(SegmentSize, body.Length)), null);
        var last = first;
        for (var start = SegmentSize; start < body.Length; start += SegmentSize)
        {
            last = new Segment(body.AsMemory(start, Math.Min(SegmentSize, body.Length - start)), last);
        }

        return new(first, 0, last, last.Memory.Length);
    }

    private sealed class Segment : ReadOnlySequenceSegment<byte>
    {
        public Segment(ReadOnlyMemory<byte> memory, Segment? previous)
        {
            Memory = memory;
            if (previous is not null)
            {
                previous.Next = this;
                RunningIndex = previous.RunningIndex + previous.Memory.Length;
            }
        }
    }
}
