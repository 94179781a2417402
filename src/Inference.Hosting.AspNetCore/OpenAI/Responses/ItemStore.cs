// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.AspNetCore.OpenAI.Responses.Items;

namespace Inference.Hosting.AspNetCore.OpenAI.Responses;

/// <summary>
/// Keeps items of answers for a while, so that a later request of the same tenant can refer to them: some clients do so whatever an answer says
/// of its being stored. Thread-safe.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="lifetime">How long an item is kept.</param>
/// <param name="capacity">Most items of a tenant; the oldest goes. Of none, nothing is kept.</param>
internal sealed class ItemStore(TimeProvider time, TimeSpan lifetime, int capacity)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Shelf> _shelves = new(StringComparer.Ordinal);

    // All items by age, whosever they are: what is too old is at its head. An item that went before its time stays named in it.
    private readonly Queue<(DateTimeOffset Until, string Tenant, string Id)> _ages = [];

    /// <summary>How many items are kept.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
            {
                return _shelves.Values.Sum(shelf => shelf.Items.Count);
            }
        }
    }

    /// <summary>Keeps the items of an answer.</summary>
    /// <param name="tenant">Whose they are; null for nobody's.</param>
    /// <param name="items">The items; they are done.</param>
    public void Add(string? tenant, IReadOnlyList<OutputItem> items)
    {
        if (capacity == 0 || items.Count == 0)
        {
            return;
        }

        var bytes = items.Select(item => (item.Id, Json: Serialize(item))).ToList();
        var owner = tenant ?? "";
        lock (_lock)
        {
            var now = time.GetUtcNow();
            Expire(now);
            if (!_shelves.TryGetValue(owner, out var shelf))
            {
                _shelves[owner] = shelf = new Shelf();
            }

            foreach (var (id, json) in bytes)
            {
                shelf.Items[id] = json;
                shelf.Order.Enqueue(id);
                _ages.Enqueue((now + lifetime, owner, id));
                if (shelf.Items.Count > capacity)
                {
                    shelf.Items.Remove(shelf.Order.Dequeue());
                }
            }
        }
    }

    /// <summary>An item that is kept, as the client read it; null for none.</summary>
    public JsonElement? Find(string? tenant, string id)
    {
        byte[]? json;
        lock (_lock)
        {
            Expire(time.GetUtcNow());
            json = _shelves.GetValueOrDefault(tenant ?? "")?.Items.GetValueOrDefault(id);
        }

        if (json is null)
        {
            return null;
        }

        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static byte[] Serialize(OutputItem item)
    {
        using var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            item.Write(writer);
        }

        return buffer.ToArray();
    }

    private void Expire(DateTimeOffset now)
    {
        while (_ages.TryPeek(out var oldest) && oldest.Until <= now)
        {
            _ages.Dequeue();
            if (_shelves.TryGetValue(oldest.Tenant, out var shelf) && shelf.Items.Remove(oldest.Id))
            {
                // Of one tenant, age and order are the same.
                shelf.Order.Dequeue();
                if (shelf.Items.Count == 0)
                {
                    _shelves.Remove(oldest.Tenant);
                }
            }
        }
    }

    private sealed class Shelf
    {
        public Dictionary<string, byte[]> Items { get; } = new(StringComparer.Ordinal);

        public Queue<string> Order { get; } = [];
    }
}
