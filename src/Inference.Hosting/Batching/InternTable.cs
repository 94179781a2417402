// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Gives equal byte strings the same value. Thread-safe; lookups of known keys neither lock nor allocate.</summary>
/// <remarks>Bounded: when full it forgets all, so a value may be made anew for a key that was known before.</remarks>
/// <typeparam name="T">What a key stands for.</typeparam>
/// <param name="capacity">Most keys held.</param>
/// <param name="maxBytes">Most bytes of keys held.</param>
/// <param name="create">Makes the value of a new key; called under the lock.</param>
internal sealed class InternTable<T>(int capacity, int maxBytes, Func<ReadOnlySpan<byte>, T> create)
{
    private const int InitialSlots = 64;

    private readonly Lock _lock = new();

    // A power of two, at most half full; entries never change once published.
    private Entry?[] _slots = new Entry?[InitialSlots];
    private int _count;
    private long _bytes;

    /// <summary>Keys held now.</summary>
    public int Count => Volatile.Read(ref _count);

    /// <summary>The value of a key.</summary>
    public T Get(ReadOnlySpan<byte> key)
    {
        var hash = Hash(key);
        return Find(Volatile.Read(ref _slots), key, hash) is { } entry ? entry.Value : Add(key, hash);
    }

    private static int Hash(ReadOnlySpan<byte> key)
    {
        var hash = default(HashCode);
        hash.AddBytes(key);
        return hash.ToHashCode();
    }

    private static Entry? Find(Entry?[] slots, ReadOnlySpan<byte> key, int hash)
    {
        var mask = slots.Length - 1;
        for (var i = hash & mask; ; i = (i + 1) & mask)
        {
            var entry = Volatile.Read(ref slots[i]);
            if (entry is null || (entry.Hash == hash && key.SequenceEqual(entry.Key)))
            {
                return entry;
            }
        }
    }

    private static void Insert(Entry?[] slots, Entry entry)
    {
        var mask = slots.Length - 1;
        var i = entry.Hash & mask;
        while (slots[i] is not null)
        {
            i = (i + 1) & mask;
        }

        Volatile.Write(ref slots[i], entry);
    }

    private T Add(ReadOnlySpan<byte> key, int hash)
    {
        lock (_lock)
        {
            if (Find(_slots, key, hash) is { } known)
            {
                return known.Value;
            }

            if (_count >= capacity || _bytes + key.Length > maxBytes)
            {
                Volatile.Write(ref _slots, new Entry?[InitialSlots]);
                (_count, _bytes) = (0, 0);
            }
            else if (_count * 2 >= _slots.Length)
            {
                Grow();
            }

            var entry = new Entry(hash, key.ToArray(), create(key));
            Insert(_slots, entry);
            _count++;
            _bytes += key.Length;
            return entry.Value;
        }
    }

    private void Grow()
    {
        var slots = new Entry?[_slots.Length * 2];
        foreach (var entry in _slots)
        {
            if (entry is not null)
            {
                Insert(slots, entry);
            }
        }

        Volatile.Write(ref _slots, slots);
    }

    private sealed class Entry(int hash, byte[] key, T value)
    {
        public readonly int Hash = hash;
        public readonly byte[] Key = key;
        public readonly T Value = value;
    }
}
