// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Inference.Hosting.Diagnostics;
using Inference.Hosting.Models;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Inference.Hosting.DependencyInjection;

/// <summary>What models put into the app's services.</summary>
internal static class ModelServices
{
    /// <summary>The builder of a model, new or again.</summary>
    public static ModelBuilder GetOrAdd(IServiceCollection services, string name)
    {
        ArgumentNullException.ThrowIfNull(services);
        ModelName.Validate(name, "model name");
        var definition = services.Select(service => service.IsKeyedService ? null : service.ImplementationInstance as ModelDefinition)
            .FirstOrDefault(known => string.Equals(known?.Name, name, StringComparison.OrdinalIgnoreCase));
        if (definition is not null)
        {
            // Configuration keys have no case, so the two would share their options.
            return definition.Name == name
                ? new ModelBuilder(services, definition)
                : throw new InvalidOperationException(
                    $"Model '{name}' differs from model '{definition.Name}' only in case. Use one of the two names.");
        }

        AddCore(services);
        definition = new ModelDefinition(name);
        services.AddSingleton(definition);
        services.AddKeyedSingleton<IInferenceClient>(
            name, (provider, _) => provider.GetRequiredService<ModelCatalog>().GetHost(name).Client);
        var builder = new ModelBuilder(services, definition);
        CoreModelOptions.Bind(builder);
        return builder;
    }

    /// <summary>Registers the class or capability that a model is asked for by.</summary>
    public static void AddType(ModelBuilder builder, Type type, Func<IServiceProvider, object>? factory)
    {
        var (services, definition) = (builder.Services, builder.Definition);
        if (definition.ModelType is { } other && other != type)
        {
            throw new InvalidOperationException(
                $"Model '{definition.Name}' is registered as {other.Name} already; give {type.Name} another name.");
        }

        if (definition.ModelType == type)
        {
            return;
        }

        (definition.ModelType, definition.ModelFactory) = (type, factory);
        services.AddKeyedSingleton(type, definition.Name, (provider, _) => factory is not null
            ? factory(provider)
            : Capability(provider, definition, type));
        if (factory is null)
        {
            return;
        }

        foreach (var contract in Interfaces(type))
        {
            services.AddKeyedSingleton(
                contract, definition.Name, (provider, _) => provider.GetRequiredKeyedService(type, definition.Name));
        }

        services.TryAddSingleton(type, provider => Single(provider, type));
    }

    /// <summary>Un-keyed injection of everything the model offers.</summary>
    public static void AddDefault(IServiceCollection services, ModelDefinition definition)
    {
        services.Replace(ServiceDescriptor.Singleton<IInferenceClient>(
            provider => provider.GetRequiredKeyedService<IInferenceClient>(definition.Name)));
        if (definition.ModelType is not { } type)
        {
            return;
        }

        services.Replace(ServiceDescriptor.Singleton(
            type, provider => provider.GetRequiredKeyedService(type, definition.Name)));
        foreach (var contract in definition.ModelFactory is null ? [] : Interfaces(type))
        {
            services.Replace(ServiceDescriptor.Singleton(
                contract, provider => provider.GetRequiredKeyedService(type, definition.Name)));
        }
    }

    /// <summary>Binds an options type once for each options name.</summary>
    public static void BindOptions<
        [DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        IServiceCollection services, ModelDefinition definition, ModelOptionsSource<TOptions> source)
        where TOptions : class
    {
        if (!definition.BoundOptions.Add((typeof(TOptions), source.OptionsName)))
        {
            return;
        }

        services.AddOptions<TOptions>(source.OptionsName).ValidateOnStart();
        services.AddSingleton<IPostConfigureOptions<TOptions>>(provider => new ModelOptionsBinder<TOptions>(
            source, provider.GetService<IConfiguration>()));
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(provider => new ModelOptionsReload<TOptions>(
            source,
            provider.GetService<IConfiguration>(),
            provider.GetRequiredService<IOptionsFactory<TOptions>>(),
            (provider.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance).CreateLogger("Inference.Hosting.Options")));
    }

    private static void AddCore(IServiceCollection services)
    {
        if (services.Any(service => service.ServiceType == typeof(ModelCatalog)))
        {
            return;
        }

        services.AddOptions();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<InferenceMetrics>();
        services.AddSingleton(provider => new RequestMetrics(provider.GetRequiredService<InferenceMetrics>()));
        services.AddSingleton<ModelHostDependencies>();
        services.AddSingleton<CapabilityResolver>();
        services.AddSingleton<ModelCatalog>();
        services.AddSingleton<IModelCatalog>(provider => provider.GetRequiredService<ModelCatalog>());
        services.AddSingleton<StartupChecks>();
        services.AddSingleton(new ServiceLifetimes(services));
        services.AddHostedService<ModelHostedService>();
        services.TryAddEnumerable(ServiceDescriptor.Singleton<
            IValidateOptions<Batching.BatchingOptions>, Batching.BatchingOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<
            IValidateOptions<Batching.WarmupOptions>, Batching.WarmupOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<
            IValidateOptions<Queueing.QueueOptions>, Queueing.QueueOptionsValidator>());
        services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<ModelOptions>, ModelOptionsValidator>());
    }

    /// <summary>The interfaces by which a model's class is found: those it implements, less plumbing.</summary>
    private static IEnumerable<Type> Interfaces(Type type)
        => TypedModelFactory.InterfacesOf(type).Where(contract => contract != typeof(IDisposable)
            && contract != typeof(IAsyncDisposable)
            && contract != typeof(IInferenceClient)
            && contract.Namespace?.StartsWith("System", StringComparison.Ordinal) != true);

    /// <summary>A capability by which a model is asked for.</summary>
    public static object Capability(IServiceProvider provider, ModelDefinition definition, Type type)
        => provider.GetRequiredService<CapabilityResolver>().Find(
                type, provider.GetRequiredService<ModelCatalog>().GetHost(definition.Name))
            ?? throw new InvalidOperationException($"Nothing provides {type.Name} for model '{definition.Name}'.");

    private static object Single(IServiceProvider provider, Type type)
    {
        var names = provider.GetServices<ModelDefinition>().Where(definition => definition.ModelType == type)
            .Select(definition => definition.Name).ToList();
        return names.Count == 1
            ? provider.GetRequiredKeyedService(type, names[0])
            : throw new InvalidOperationException(
                $"{type.Name} is registered for the models {string.Join(", ", names)}. Inject it with [FromKeyedServices(name)], or mark one AsDefault().");
    }
}
