// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>Numbers for the groups of the items that are there now. Thread-safe; a group without items is forgotten.</summary>
internal sealed class GroupKeys
{
    private readonly Lock _lock = new();
    private readonly Dictionary<object, Group> _groups = [];
    private readonly Dictionary<int, object> _names = [];
    private int _last;

    /// <summary>The number of a group, held until <see cref="Release"/>.</summary>
    public int Hold(object? group)
    {
        var name = group ?? this;
        lock (_lock)
        {
            if (!_groups.TryGetValue(name, out var known))
            {
                // Never the number of a group that may still be held: they come round after two thousand million others.
                _last = _last == int.MaxValue ? 1 : _last + 1;
                known = new Group(_last);
                _groups.Add(name, known);
                _names.Add(_last, name);
            }

            known.Items++;
            return known.Key;
        }
    }

    public void Release(int key)
    {
        lock (_lock)
        {
            var name = _names[key];
            var group = _groups[name];
            if (--group.Items == 0)
            {
                _groups.Remove(name);
                _names.Remove(key);
            }
        }
    }

    private sealed class Group(int key)
    {
        public int Key => key;

        public int Items { get; set; }
    }
}
