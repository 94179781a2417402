// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Fuzz.Targets;

/// <summary>BYTES elements as binary bodies carry them: a length and that many bytes, again and again.</summary>
internal sealed class BytesEncodingTarget : IFuzzTarget
{
    public string Name => "bytes";

    public IReadOnlyList<string> Dictionary => ["\0\0\0\0", "\u0001\0\0\0a", "\u0004\0\0\0ab"];

    // Text in UTF-16 twice, once more as bytes, and an array slot for each empty element; the rest is what a first run loads.
    public long MaxAllocation(int length) => (64 << 10) + (32L * length);

    public string Run(ReadOnlyMemory<byte> input)
    {
        var count = BytesEncoding.Count(input.Span);
        if (count < 0)
        {
            Refuses(() => BytesEncoding.Decode(input.Span));
            Refuses(() => InferenceTensor.FromBytes(TensorDataType.Bytes, input, [1]));
            return "refused";
        }

        var values = BytesEncoding.Decode(input.Span);
        Invariant.Holds(values.Length == count, "Decode and Count agree");
        Invariant.Holds(BytesEncoding.Measure(input.Span, count) == input.Length, "Measure covers what Count counted");
        Refuses(() => BytesEncoding.Measure(input.Span, count + 1));
        var tensor = InferenceTensor.FromBytes(TensorDataType.Bytes, input, [count]);
        Invariant.Holds(tensor.ByteLength == input.Length, "the tensor holds the bytes it was given");
        var again = BytesEncoding.Encode(values);
        Invariant.Holds(BytesEncoding.Decode(again).AsSpan().SequenceEqual(values), "text survives another turn");
        return $"{Math.Min(count, 8)} elements, {(again.Length == input.Length ? "text" : "not UTF-8")}";
    }

    private static void Refuses(Action action)
    {
        try
        {
            action();
        }
        catch (ArgumentException)
        {
            return;
        }

        Invariant.Holds(condition: false, "malformed elements are refused");
    }
}
