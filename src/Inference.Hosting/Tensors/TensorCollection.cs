// SPDX-License-Identifier: Apache-2.0

using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting.Tensors;

/// <summary>Tensors by name, in the order they were added. Small: lookups walk the list. Not thread-safe.</summary>
public sealed class TensorCollection : IReadOnlyCollection<KeyValuePair<string, InferenceTensor>>
{
    private KeyValuePair<string, InferenceTensor>[] _items = new KeyValuePair<string, InferenceTensor>[2];

    /// <inheritdoc/>
    public int Count { get; private set; }

    /// <summary>Gets a tensor by name, or adds or replaces it.</summary>
    /// <param name="name">Case-sensitive.</param>
    /// <exception cref="KeyNotFoundException">On reading a name that is not there; the message lists those that are.</exception>
    public InferenceTensor this[string name]
    {
        get => TryGetValue(name, out var tensor)
            ? tensor
            : throw new KeyNotFoundException($"No tensor '{name}'. There are: {string.Join(", ", this.Select(item => item.Key))}.");
        set
        {
            ArgumentNullException.ThrowIfNull(name);
            var index = IndexOf(name);
            if (index >= 0)
            {
                _items[index] = new(name, value);
                return;
            }

            if (Count == _items.Length)
            {
                Array.Resize(ref _items, Count * 2);
            }

            _items[Count++] = new(name, value);
        }
    }

    /// <summary>The tensors in order, as a span over the live list.</summary>
    public ReadOnlySpan<KeyValuePair<string, InferenceTensor>> Items => _items.AsSpan(0, Count);

    /// <summary>Adds a tensor; a second one of the same name replaces the first.</summary>
    /// <param name="name">Case-sensitive.</param>
    /// <param name="tensor">The tensor.</param>
    public void Add(string name, InferenceTensor tensor) => this[name] = tensor;

    /// <summary>Looks a tensor up.</summary>
    /// <param name="name">Case-sensitive.</param>
    /// <param name="tensor">The tensor, or the default.</param>
    public bool TryGetValue(string name, [MaybeNullWhen(false)] out InferenceTensor tensor)
    {
        var index = IndexOf(name);
        tensor = index < 0 ? default : _items[index].Value;
        return index >= 0;
    }

    /// <summary>The position of a name, or -1.</summary>
    /// <param name="name">Case-sensitive.</param>
    public int IndexOf(string name)
    {
        for (var i = 0; i < Count; i++)
        {
            // Names usually are the same object as in the metadata.
            if (ReferenceEquals(_items[i].Key, name) || string.Equals(_items[i].Key, name, StringComparison.Ordinal))
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Removes all; keeps the room.</summary>
    public void Clear()
    {
        Array.Clear(_items, 0, Count);
        Count = 0;
    }

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, InferenceTensor>> GetEnumerator()
    {
        for (var i = 0; i < Count; i++)
        {
            yield return _items[i];
        }
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
