// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.Models;

/// <summary>Everything about the registration that can be known to be wrong before anything is loaded, reported at once.</summary>
internal sealed class StartupChecks(
    IEnumerable<ModelDefinition> definitions,
    ModelCatalog catalog,
    CapabilityResolver capabilities,
    IServiceProvider services,
    IConfiguration? configuration = null)
{
    public void Run()
    {
        var faults = new List<string>();
        var known = definitions.Select(definition => definition.Name).ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var section in configuration?.GetSection("Inference:Models").GetChildren() ?? [])
        {
            if (!known.Contains(section.Key))
            {
                faults.Add($"{section.Path}: no model '{section.Key}' is registered. Add it with AddModel(\"{section.Key}\"), or remove the key. Registered: {string.Join(", ", known)}.");
            }
        }

        foreach (var definition in definitions)
        {
            Check(definition, faults);
        }

        faults.AddRange(catalog.Hosts.SelectMany(host => FallbackOrder.Check(host, catalog.ByName)));

        if (faults.Count > 0)
        {
            throw new OptionsValidationException("Inference", typeof(ModelOptions), faults);
        }
    }

    /// <summary>What can be known to be wrong only of models that are loaded, which the required ones are; of others, calls say it.</summary>
    public void RunLoaded()
    {
        // A class or a capability may use its model by other means than tensors.
        var faults = catalog.Hosts.Where(host => host is { Fallbacks: not null, Definition.ModelType: null }).SelectMany(Differences).ToList();
        if (faults.Count > 0)
        {
            throw new OptionsValidationException("Inference", typeof(ModelOptions), faults);
        }
    }

    private static IEnumerable<string> Differences(ModelHost host)
        => from other in host.Fallbacks!.Hosts.Skip(1)
           where host.Options.Required && other.Options.Required
           let asked = host.KnownMetadata
           let known = other.KnownMetadata
           where asked is { Inputs.Count: > 0 } && known is { Inputs.Count: > 0 }
           let difference = TensorSignature.FindDifference(asked, known)
           where difference is not null
           select $"Inference:Models:{host.Name}:Fallback: model '{other.Name}' cannot stand in for model '{host.Name}': {difference}. Name a model with the same tensors, or remove the key.";

    private void Check(ModelDefinition definition, List<string> faults)
    {
        var type = definition.ModelType;
        if (definition.Backends.Count == 0 && definition.ModelFactory is null)
        {
            faults.Add($"Model '{definition.Name}' has no backend: call UseOnnxRuntime (package Inference.Hosting.OnnxRuntime), UseFunction or UseBackend on it.");
            return;
        }

        foreach (var version in configuration?.GetSection($"Inference:Models:{definition.Name}:Versions").GetChildren() ?? [])
        {
            Check(version, definition, faults);
        }

        FunctionDefinition.Check(definition, faults);
        if (type is null)
        {
            return;
        }

        if (definition.ModelFactory is not null)
        {
            // Made now, so that what is missing fails the start and not the first request.
            services.GetRequiredKeyedService(type, definition.Name);
        }
        else if (capabilities.Find(type, catalog.GetHost(definition.Name)) is null)
        {
            if (FunctionDefinition.Mend(definition, type) is { } mend)
            {
                faults.Add($"Nothing provides {FunctionDefinition.NameOf(type)} for model '{definition.Name}'. {mend}");
                return;
            }

            var package = type.Namespace == typeof(ITensorModel).Namespace
                ? "Add the package Inference.Hosting.Text, or a backend that offers it."
                : "Register a class, or one of the capability interfaces.";
            faults.Add($"Nothing provides {type.Name} for model '{definition.Name}'. {package}");
        }
    }

    private static void Check(IConfigurationSection version, ModelDefinition definition, List<string> faults)
    {
        if (!definition.OwnOptions.Contains(version.Key))
        {
            faults.Add($"{version.Path}: no version '{version.Key}' is added. Add it with AddVersion, or remove the key.");
        }

        faults.AddRange(version.GetChildren().Where(child => !definition.Sections.ContainsKey(child.Key))
            .Select(child => $"{child.Path}: unknown key. Known here: {string.Join(", ", definition.Sections.Keys.Order())}."));
    }
}
