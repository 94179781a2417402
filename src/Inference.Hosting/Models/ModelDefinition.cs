// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;

namespace Inference.Hosting.Models;

/// <summary>What was registered under one name. Filled while services are configured, read-only afterwards.</summary>
internal sealed class ModelDefinition(string name)
{
    public const string DefaultVersion = "1";

    public string Name { get; } = name;

    /// <summary>Backends by version; the last registration of a version wins, so that tests can replace one.</summary>
    public Dictionary<string, Func<IServiceProvider, IModelBackend>> Backends { get; } = new(StringComparer.Ordinal);

    /// <summary>Versions that have options of their own.</summary>
    public HashSet<string> OwnOptions { get; } = new(StringComparer.Ordinal);

    /// <summary>The typed functions that serve versions, by version.</summary>
    public Dictionary<string, FunctionDefinition> Functions { get; } = new(StringComparer.Ordinal);

    public List<AssetDefinition> Assets { get; } = [];

    /// <summary>The class or capability interface that was registered as T.</summary>
    public Type? ModelType { get; set; }

    /// <summary>Makes T; null for a capability interface or a model without T.</summary>
    public Func<IServiceProvider, object>? ModelFactory { get; set; }

    public List<string> Aliases { get; } = [];

    public List<string> Policies { get; } = [];

    /// <summary>Sections below the model's own, with the keys that are known in each.</summary>
    public Dictionary<string, IReadOnlySet<string>> Sections { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Option types that are already bound, by options name.</summary>
    public HashSet<(Type Options, string Name)> BoundOptions { get; } = [];

    public string OptionsName(string version) => OwnOptions.Contains(version) ? $"{Name}@{version}" : Name;
}
