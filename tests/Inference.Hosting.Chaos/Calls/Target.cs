// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Serving;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Chaos.Calls;

/// <summary>A model as callers know it: what it takes, and what its answers must be, row by row.</summary>
internal abstract class Target(string model)
{
    public static Target Tags { get; } = new TagsTarget();

    public static Target Swap { get; } = new SwapTarget();

    public static Target Simple { get; } = new SimpleTarget();

    public static Target Busy { get; } = new BusyTarget();

    private static readonly Target[] _all = [Tags, Swap, Simple, Busy];

    public string Model { get; } = model;

    public static Target Find(string model) => _all.First(target => target.Model == model);

    /// <summary>Whom a kind of call is for.</summary>
    public static Target For(CallKind kind, Random random) => kind switch
    {
        CallKind.Timeout or CallKind.Deadline or CallKind.Overload or CallKind.Patient or CallKind.TooLarge => Busy,
        CallKind.Poison or CallKind.Pinned => Tags,
        CallKind.Cancelled => _all[random.Next(4)],
        _ => _all[random.Next(3)],
    };

    public abstract CallTensor[] Inputs(Call call, Random random);

    /// <summary>What is wrong with an answer; null when every row is the caller's own.</summary>
    public abstract string? Fault(Call call, Reply reply);

    /// <summary>A number that no other row of the run has.</summary>
    private static long TagOf(Call call, int row) => (call.Number * 64) + row;

    private static string? Compare(long[] expected, Reply reply, string output)
    {
        if (!reply.Outputs.TryGetValue(output, out var got))
        {
            return $"there is no output '{output}'";
        }

        for (var i = 0; i < expected.Length && i < got.Length; i++)
        {
            if (expected[i] != got[i])
            {
                return $"element {i} of '{output}' is {got[i]} instead of {expected[i]}";
            }
        }

        return expected.Length == got.Length ? null : $"'{output}' has {got.Length} elements instead of {expected.Length}";
    }

    /// <summary>Rows of different widths, two versions, a text for each row, and poison.</summary>
    private sealed class TagsTarget() : Target("tags")
    {
        public override CallTensor[] Inputs(Call call, Random random)
        {
            var width = random.Next(1, 4);
            var data = new long[call.Rows * width];
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = (TagOf(call, i / width) * 4) + (i % width);
            }

            if (call.Kind == CallKind.Poison)
            {
                data[random.Next(call.Rows) * width] = ChaosModels.Poison;
            }

            return [new CallTensor("tag", TensorDataType.Int64, [call.Rows, width], data)];
        }

        public override string? Fault(Call call, Reply reply)
        {
            var version = reply.Version;
            if (version is not ("1" or "2") || (call.Version ?? version) != version)
            {
                return $"version '{version}' answered";
            }

            var data = call.Inputs[0].Data;
            var width = (int)call.Inputs[0].Shape[1];
            if (Compare([.. data.Select(tag => ChaosModels.Echo(version, tag))], reply, "echo") is { } fault)
            {
                return fault;
            }

            var texts = reply.Texts.GetValueOrDefault("text", []);
            for (var row = 0; row < call.Rows; row++)
            {
                var expected = ChaosModels.TextOf(version, data[row * width]);
                if (texts.Length != call.Rows || texts[row] != expected)
                {
                    return $"the text of row {row} is '{(row < texts.Length ? texts[row] : "missing")}' instead of '{expected}'";
                }
            }

            return null;
        }
    }

    /// <summary>An ONNX graph that is replaced all the time; each has a number of its own, which every row tells.</summary>
    private sealed class SwapTarget() : Target("swap")
    {
        // FP32 holds whole numbers up to 2^24 exactly, and y is twice x.
        private const long Most = 1 << 22;

        public override CallTensor[] Inputs(Call call, Random random)
        {
            var data = new long[call.Rows * ChaosModels.SwapWidth];
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = ((TagOf(call, i / ChaosModels.SwapWidth) * 4) + (i % ChaosModels.SwapWidth)) % Most;
            }

            return [new CallTensor("x", TensorDataType.FP32, [call.Rows, ChaosModels.SwapWidth], data)];
        }

        public override string? Fault(Call call, Reply reply)
        {
            if (Compare([.. call.Inputs[0].Data.Select(x => 2 * x)], reply, "y") is { } fault)
            {
                return fault;
            }

            // The rows of one request may run in several batches, but never on two generations.
            var generations = reply.Outputs.GetValueOrDefault("generation", []);
            return generations.Length != call.Rows ? $"there are {generations.Length} generations for {call.Rows} rows"
                : generations.Distinct().Count() > 1 ? $"one call was answered by generations {string.Join(", ", generations.Distinct())}"
                : null;
        }
    }

    /// <summary>Two inputs, two outputs, never reloaded: its counters can be compared with what callers saw.</summary>
    private sealed class SimpleTarget() : Target("simple")
    {
        private const int Width = 16;

        public override CallTensor[] Inputs(Call call, Random random)
        {
            var (left, right) = (new long[call.Rows * Width], new long[call.Rows * Width]);
            for (var i = 0; i < left.Length; i++)
            {
                left[i] = TagOf(call, i / Width) % 1_000_000_000;
                right[i] = i % Width;
            }

            long[] shape = [call.Rows, Width];
            return [new CallTensor("INPUT0", TensorDataType.Int32, shape, left), new CallTensor("INPUT1", TensorDataType.Int32, shape, right)];
        }

        public override string? Fault(Call call, Reply reply)
            => Compare([.. call.Inputs[0].Data.Zip(call.Inputs[1].Data, (left, right) => left + right)], reply, "OUTPUT0")
                ?? Compare([.. call.Inputs[0].Data.Zip(call.Inputs[1].Data, (left, right) => left - right)], reply, "OUTPUT1");
    }

    /// <summary>Slow, with a small queue.</summary>
    private sealed class BusyTarget() : Target("busy")
    {
        public override CallTensor[] Inputs(Call call, Random random)
            => [new CallTensor("tag", TensorDataType.Int64, [call.Rows, 1], [.. Enumerable.Range(0, call.Rows).Select(row => TagOf(call, row))])];

        public override string? Fault(Call call, Reply reply)
            => Compare([.. call.Inputs[0].Data.Select(tag => ChaosModels.Echo("1", tag))], reply, "echo");
    }
}
