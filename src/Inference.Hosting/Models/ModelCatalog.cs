// SPDX-License-Identifier: Apache-2.0

using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Inference.Hosting.Diagnostics;

namespace Inference.Hosting.Models;

/// <summary>All model hosts by name and alias.</summary>
internal sealed class ModelCatalog : IModelCatalog
{
    private readonly ModelHost[] _hosts;
    private readonly FrozenDictionary<string, ModelHost> _byName;
    private readonly CapabilityResolver _capabilities;

    public ModelCatalog(
        IEnumerable<ModelDefinition> definitions, ModelHostDependencies dependencies, CapabilityResolver capabilities)
    {
        _capabilities = capabilities;
        _hosts = [.. definitions.OrderBy(definition => definition.Name, StringComparer.Ordinal)
            .Select(definition => new ModelHost(definition, dependencies))];
        var byName = _hosts.ToDictionary(host => host.Name, StringComparer.Ordinal);
        foreach (var host in _hosts)
        {
            foreach (var alias in host.Aliases)
            {
                if (!byName.TryAdd(alias, host))
                {
                    throw new InvalidOperationException(
                        $"The alias '{alias}' of model '{host.Name}' is taken by model '{byName[alias].Name}'. Names and aliases must be unique.");
                }
            }
        }

        _byName = byName.ToFrozenDictionary(StringComparer.Ordinal);
        foreach (var host in _hosts.Where(host => host.Options.Fallback.Count > 0))
        {
            host.Fallbacks = new FallbackChain(host, FallbackOrder.Of(host, _byName), dependencies);
        }

        dependencies.Metrics.Observe(() => Models);
    }

    public IReadOnlyList<ModelInfo> Models => [.. _hosts.Select(host => host.Describe())];

    public IReadOnlyList<ModelHost> Hosts => _hosts;

    /// <summary>By names and aliases.</summary>
    public IReadOnlyDictionary<string, ModelHost> ByName => _byName;

    public ModelHost GetHost(string nameOrAlias)
    {
        ArgumentNullException.ThrowIfNull(nameOrAlias);
        return _byName.TryGetValue(nameOrAlias, out var host)
            ? host
            : throw new InferenceException(InferenceErrorCode.NotFound, $"There is no model '{nameOrAlias}'.");
    }

    public bool TryGetModel(string nameOrAlias, [NotNullWhen(true)] out ModelInfo? model)
    {
        ArgumentNullException.ThrowIfNull(nameOrAlias);
        model = _byName.TryGetValue(nameOrAlias, out var host) ? host.Describe() : null;
        return model is not null;
    }

    public IInferenceClient GetClient(string nameOrAlias) => GetHost(nameOrAlias).Client;

    public TCapability? GetCapability<TCapability>(string nameOrAlias)
        where TCapability : class
        => (TCapability?)_capabilities.Find(typeof(TCapability), GetHost(nameOrAlias));

    public ModelStatistics? GetStatistics(string nameOrAlias, string? version = null)
        => GetHost(nameOrAlias) is { HasBackend: true } host ? host.Find(version)?.Current?.Loaded.Statistics : null;

    public Task LoadAsync(string name, string? version = null, CancellationToken cancellationToken = default)
        => GetHost(name).LoadAsync(version, cancellationToken);

    public Task UnloadAsync(string name, string? version = null, CancellationToken cancellationToken = default)
        => GetHost(name).UnloadAsync(version, cancellationToken);

    public Task WaitUntilReadyAsync(string? name = null, CancellationToken cancellationToken = default)
        => name is not null
            ? GetHost(name).WaitUntilReadyAsync(cancellationToken)
            : Task.WhenAll(_hosts.Where(host => host.Options.LoadAtStart)
                .Select(host => host.WaitUntilReadyAsync(cancellationToken)));
}
