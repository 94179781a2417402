// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>Tensors of any type and content.</summary>
internal static class RandomTensors
{
    /// <param name="random">Where the content comes from.</param>
    /// <param name="type">The type.</param>
    /// <param name="areTexts">Whether the values must be such as JSON can carry: finite numbers, valid UTF-8.</param>
    /// <param name="shape">The shape.</param>
    public static InferenceTensor Create(Random random, TensorDataType type, bool areTexts, params ReadOnlySpan<long> shape)
    {
        TensorShape.TryGetElementCount(shape, out var count);
        if (type == TensorDataType.Bytes)
        {
            return areTexts
                ? InferenceTensor.FromStrings([.. Enumerable.Range(0, (int)count).Select(_ => Text(random))], shape)
                : InferenceTensor.FromBytes(type, RandomElements(random, (int)count), TensorShape.Create(shape));
        }

        var data = new byte[count * type.GetElementSize()];
        random.NextBytes(data);
        if (type == TensorDataType.Bool)
        {
            data.AsSpan().Replace((byte)0, (byte)1);
            for (var i = 0; i < data.Length; i++)
            {
                data[i] = (byte)(random.Next() & 1);
            }
        }
        else if (areTexts)
        {
            MakeFinite(type, data);
        }

        return InferenceTensor.FromBytes(type, data, TensorShape.Create(shape));
    }

    // The sign and six of eight bits of the exponent stay random.
    private static void MakeFinite(TensorDataType type, byte[] data)
    {
        var (size, at, mask) = type switch
        {
            TensorDataType.FP32 => (4, 3, 0xBF),
            TensorDataType.FP64 => (8, 7, 0xBF),
            TensorDataType.FP16 => (2, 1, 0xBF),
            TensorDataType.BF16 => (2, 1, 0xBF),
            _ => (1, 0, 0xFF),
        };
        for (var i = at; i < data.Length; i += size)
        {
            data[i] &= (byte)mask;
        }
    }

    private static string Text(Random random)
        => string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => random.GetItems<string>(["a", "Ü", "\"", "\\", "\n", "𝄞", " ", "日"], 1)[0]));

    private static byte[] RandomElements(Random random, int count)
    {
        var stream = new MemoryStream();
        for (var i = 0; i < count; i++)
        {
            var element = new byte[random.Next(20)];
            random.NextBytes(element);
            stream.Write(BitConverter.GetBytes(element.Length));
            stream.Write(element);
        }

        return stream.ToArray();
    }
}
