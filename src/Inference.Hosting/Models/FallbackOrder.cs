// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Models;

/// <summary>Which models stand in for which: in the order of the list, each followed by those that stand in for it.</summary>
internal static class FallbackOrder
{
    /// <summary>The models that stand in for a model, each once.</summary>
    public static IReadOnlyList<ModelHost> Of(ModelHost host, IReadOnlyDictionary<string, ModelHost> byName)
    {
        var order = new List<ModelHost>();
        Add(host, host, byName, order);
        return order;
    }

    /// <summary>Everything that is wrong with the list of one model, each fault with its key and its mend.</summary>
    public static IEnumerable<string> Check(ModelHost host, IReadOnlyDictionary<string, ModelHost> byName)
    {
        var names = host.Options.Fallback;
        if (names.Count > 0 && !host.HasBackend)
        {
            yield return $"{Key(host, 0)}: model '{host.Name}' only composes other models, so nothing can stand in for it. Remove the key, and give those a fallback.";
        }

        for (var i = 0; i < names.Count; i++)
        {
            if (!byName.TryGetValue(names[i], out var other))
            {
                yield return $"{Key(host, i)} is {names[i]}: there is no such model. Name a registered one, or remove the key. Registered: {string.Join(", ", byName.Keys.Order(StringComparer.Ordinal))}.";
            }
            else if (other == host)
            {
                yield return $"{Key(host, i)} is {names[i]}: a model cannot stand in for itself. Name another one, or remove the key.";
            }
            else if (FindPath(other, host, byName, []) is { } path)
            {
                yield return $"{Key(host, i)} is {names[i]}: that is a circle, {string.Join(" → ", [host.Name, .. path])}. Remove one of these keys.";
            }
        }
    }

    private static string Key(ModelHost host, int index) => $"Inference:Models:{host.Name}:Fallback:{index}";

    private static void Add(ModelHost origin, ModelHost host, IReadOnlyDictionary<string, ModelHost> byName, List<ModelHost> order)
    {
        foreach (var name in host.Options.Fallback)
        {
            if (byName.TryGetValue(name, out var other) && other != origin && !order.Contains(other))
            {
                order.Add(other);
                Add(origin, other, byName, order);
            }
        }
    }

    private static IEnumerable<string>? FindPath(
        ModelHost from, ModelHost to, IReadOnlyDictionary<string, ModelHost> byName, HashSet<ModelHost> seen)
    {
        if (from == to)
        {
            return [to.Name];
        }

        foreach (var name in seen.Add(from) ? from.Options.Fallback : [])
        {
            if (byName.TryGetValue(name, out var next) && FindPath(next, to, byName, seen) is { } rest)
            {
                return [from.Name, .. rest];
            }
        }

        return null;
    }
}
