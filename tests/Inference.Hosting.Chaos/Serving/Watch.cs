// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Chaos.Serving;

/// <summary>Keeps the counters of every load of every version: the catalog's are those of what serves now, and a reload starts them anew.</summary>
internal sealed class Watch
{
    private readonly Lock _lock = new();
    private readonly List<WatchedModel> _live = [];

    // Answers may outlive the load that gave them: it is looked at until the last one is back.
    private readonly List<WatchedModel> _ending = [];
    private readonly List<Incarnation> _ended = [];

    /// <summary>All loads, ended ones and those that serve.</summary>
    public IReadOnlyList<Incarnation> All
    {
        get
        {
            lock (_lock)
            {
                return [.. _ended, .. _ending.Concat(_live).Select(model => model.Describe())];
            }
        }
    }

    /// <summary>Wraps the backends of all models that were added so far.</summary>
    public void Over(IServiceCollection services)
    {
        foreach (var definition in services.Where(service => !service.IsKeyedService)
            .Select(service => service.ImplementationInstance).OfType<ModelDefinition>())
        {
            foreach (var (version, create) in definition.Backends.ToList())
            {
                definition.Backends[version] = provider => new WatchedBackend(create(provider), this);
            }
        }
    }

    public void Add(WatchedModel model)
    {
        lock (_lock)
        {
            _live.Add(model);
        }
    }

    public void End(WatchedModel model)
    {
        lock (_lock)
        {
            _live.Remove(model);
            _ending.Add(model);
            for (var i = _ending.Count - 1; i >= 0; i--)
            {
                if (_ending[i].Describe() is { IsBalanced: true } balanced)
                {
                    _ended.Add(balanced);
                    _ending.RemoveAt(i);
                }
            }
        }
    }
}
