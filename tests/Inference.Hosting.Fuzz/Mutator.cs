// SPDX-License-Identifier: Apache-2.0

using System.Buffers.Binary;
using System.Text;

namespace Inference.Hosting.Fuzz;

/// <summary>Changes inputs at random, the same way for the same seed.</summary>
internal sealed class Mutator(Random random, IReadOnlyList<string> dictionary)
{
    private const int MaxLength = 1 << 16;

    private static readonly long[] _interesting =
        [0, 1, -1, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue];

    private readonly byte[][] _words = [.. dictionary.Select(Encoding.UTF8.GetBytes)];

    /// <summary>One to eight changes on top of each other.</summary>
    public byte[] Mutate(byte[] input, IReadOnlyList<byte[]> corpus)
    {
        var current = new List<byte>(input);
        for (var rounds = 1 << random.Next(4); rounds > 0; rounds--)
        {
            Change(current, corpus);
        }

        return [.. current.Take(MaxLength)];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        switch (random.Next(10))
        {
            case 0 when bytes.Count > 0:
                bytes[random.Next(bytes.Count)] ^= (byte)(1 << random.Next(8));
                break;
            case 1 when bytes.Count > 0:
                bytes[random.Next(bytes.Count)] = (byte)random.Next(256);
                break;
            case 2 when bytes.Count > 0:
                Remove(bytes);
                break;
            case 3 when bytes.Count > 0:
                Repeat(bytes);
                break;
            case 4 when bytes.Count > 0:
                bytes.RemoveAt(random.Next(bytes.Count));
                break;
            case 5:
                Overwrite(bytes, Number());
                break;
            case 6:
                bytes.InsertRange(random.Next(bytes.Count + 1), Encoding.ASCII.GetBytes(Digits()));
                break;
            case 7 or 8 when _words.Length > 0:
                bytes.InsertRange(random.Next(bytes.Count + 1), _words[random.Next(_words.Length)]);
                break;
            default:
                Splice(bytes, corpus[random.Next(corpus.Count)]);
                break;
        }
    }

    private void Remove(List<byte> bytes)
    {
        var start = random.Next(bytes.Count);
        bytes.RemoveRange(start, random.Next(Math.Min(64, bytes.Count - start)) + 1);
    }

    private void Repeat(List<byte> bytes)
    {
        var start = random.Next(bytes.Count);
        var part = bytes.GetRange(start, random.Next(Math.Min(64, bytes.Count - start)) + 1);
        for (var times = 1 << random.Next(6); times > 0 && bytes.Count < MaxLength; times--)
        {
            bytes.InsertRange(start, part);
        }
    }

    private void Overwrite(List<byte> bytes, byte[] value)
    {
        var start = random.Next(bytes.Count + 1);
        for (var i = 0; i < value.Length && start + i < bytes.Count; i++)
        {
            bytes[start + i] = value[i];
        }
    }

    private void Splice(List<byte> bytes, byte[] other)
    {
        var keep = random.Next(bytes.Count + 1);
        bytes.RemoveRange(keep, bytes.Count - keep);
        bytes.AddRange(other.Skip(random.Next(other.Length + 1)));
    }

    private byte[] Number()
    {
        var value = new byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(value, _interesting[random.Next(_interesting.Length)]);
        return value[..(1 << random.Next(4))];
    }

    private string Digits() => random.Next(4) switch
    {
        0 => $"{_interesting[random.Next(_interesting.Length)]}",
        1 => $"{random.NextInt64()}{random.NextInt64()}",
        2 => $"1e{random.Next(-400, 400)}",
        _ => $"{random.NextDouble() * random.Next()}",
    };
}
