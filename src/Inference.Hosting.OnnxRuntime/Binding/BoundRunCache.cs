// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.OnnxRuntime.Binding;

/// <summary>The most recently used bindings of one instance. A lookup allocates nothing.</summary>
internal sealed class BoundRunCache(int capacity)
{
    private readonly Dictionary<int, LinkedListNode<BoundRun>> _byHash = [];
    private readonly LinkedList<BoundRun> _recent = [];

    public int Count => _byHash.Count;

    public BoundRun? Find(ReadOnlySpan<long> key)
    {
        // Runs often repeat the shapes of the one before.
        if (_recent.First is { } first && key.SequenceEqual(first.Value.Key))
        {
            return first.Value;
        }

        if (!_byHash.TryGetValue(Hash(key), out var node) || !key.SequenceEqual(node.Value.Key))
        {
            return null;
        }

        _recent.Remove(node);
        _recent.AddFirst(node);
        return node.Value;
    }

    /// <summary>Takes a binding over; the one that was not used for the longest time goes when there are too many.</summary>
    public void Add(BoundRun run)
    {
        // Two keys with one hash displace each other: slow, never wrong.
        Remove(Hash(run.Key));
        if (_byHash.Count == capacity)
        {
            Remove(Hash(_recent.Last!.Value.Key));
        }

        _byHash[Hash(run.Key)] = _recent.AddFirst(run);
    }

    /// <summary>Disposes all bindings, and with them what they hold on the device.</summary>
    public void Clear()
    {
        foreach (var run in _recent)
        {
            run.Dispose();
        }

        _recent.Clear();
        _byHash.Clear();
    }

    private void Remove(int hash)
    {
        if (_byHash.Remove(hash, out var node))
        {
            _recent.Remove(node);
            node.Value.Dispose();
        }
    }

    private static int Hash(ReadOnlySpan<long> key)
    {
        var hash = 17UL;
        foreach (var part in key)
        {
            hash = (hash ^ (ulong)part) * 0x9E3779B97F4A7C15UL;
            hash ^= hash >> 29;
        }

        return (int)(hash ^ (hash >> 32));
    }
}
