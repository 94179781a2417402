// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using System.Reflection;
using Inference.Hosting.Capabilities;
using Inference.Hosting.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Makes T: its constructor takes what it needs of its model, and anything else from the app's services.</summary>
internal static class TypedModelFactory
{
    private const DynamicallyAccessedMemberTypes Needed =
        DynamicallyAccessedMemberTypes.PublicConstructors | DynamicallyAccessedMemberTypes.Interfaces;

    /// <summary>A factory for a class, or null for a capability interface.</summary>
    public static Func<IServiceProvider, object>? For(
        [DynamicallyAccessedMembers(Needed)] Type type, ModelDefinition definition)
    {
        if (type.IsInterface)
        {
            return null;
        }

        var constructors = type.GetConstructors();
        return type.IsAbstract || type.IsValueType || constructors.Length == 0
            ? throw new ArgumentException($"{type.Name} cannot be a model: it needs a public constructor.", nameof(type))
            : provider => Create(Choose(constructors), definition, provider);
    }

    [UnconditionalSuppressMessage("Trimming", "IL2070", Justification = "AddModel keeps the interfaces of T.")]
    public static Type[] InterfacesOf(Type type) => type.GetInterfaces();

    private static ConstructorInfo Choose(ConstructorInfo[] constructors)
        => constructors.FirstOrDefault(constructor => constructor.IsDefined(typeof(ActivatorUtilitiesConstructorAttribute)))
            ?? constructors.MaxBy(constructor => constructor.GetParameters().Length)!;

    private static object Create(ConstructorInfo constructor, ModelDefinition definition, IServiceProvider provider)
    {
        var parameters = constructor.GetParameters();
        var arguments = new object?[parameters.Length];
        for (var i = 0; i < parameters.Length; i++)
        {
            arguments[i] = Resolve(parameters[i], definition, provider);
        }

        return constructor.Invoke(BindingFlags.DoNotWrapExceptions, binder: null, arguments, culture: null);
    }

    private static object? Resolve(ParameterInfo parameter, ModelDefinition definition, IServiceProvider provider)
    {
        var type = parameter.ParameterType;
        if (parameter.GetCustomAttribute<FromKeyedServicesAttribute>() is { Key: { } key })
        {
            return FromServices(parameter, key, definition, provider);
        }

        if (parameter.IsDefined(typeof(ServiceKeyAttribute)))
        {
            return definition.Name;
        }

        var host = provider.GetRequiredService<ModelCatalog>().GetHost(definition.Name);
        return host.HasBackend && IsOfModel(type)
            && provider.GetRequiredService<CapabilityResolver>().FindForModel(type, host) is { } own
                ? own
                : FromServices(parameter, key: null, definition, provider);
    }

    private static bool IsOfModel(Type type)
        => type == typeof(IInferenceClient) || type == typeof(ITokenGenerator)
            || (type.IsInterface && type.Namespace == typeof(ITensorModel).Namespace);

    private static object? FromServices(
        ParameterInfo parameter, object? key, ModelDefinition definition, IServiceProvider provider)
    {
        var type = parameter.ParameterType;
        if (provider.GetRequiredService<ServiceLifetimes>().IsScoped(type, key))
        {
            throw new InvalidOperationException(
                $"{Describe(parameter, definition)} is a scoped service, but a model is a singleton. Take IServiceScopeFactory and open a scope for each call, or pass the value as an argument.");
        }

        var service = key is null
            ? provider.GetService(type)
            : (provider as IKeyedServiceProvider)?.GetKeyedService(type, key);
        return service is not null || parameter.HasDefaultValue
            ? service ?? parameter.DefaultValue
            : throw new InvalidOperationException(
                $"{Describe(parameter, definition)} cannot be provided. {Hint(type, key, definition)}");
    }

    private static string Describe(ParameterInfo parameter, ModelDefinition definition)
        => $"Parameter '{parameter.Name}' ({FunctionDefinition.NameOf(parameter.ParameterType)}) of {parameter.Member.DeclaringType?.Name}, the class of model '{definition.Name}',";

    private static string Hint(Type type, object? key, ModelDefinition definition)
    {
        if (key is not null)
        {
            return $"No {type.Name} is registered under '{key}'.";
        }

        if (type == typeof(IInferenceClient))
        {
            return $"Model '{definition.Name}' has no backend: call UseOnnxRuntime, UseFunction or UseBackend.";
        }

        if (FunctionDefinition.Mend(definition, type) is { } mend)
        {
            return mend;
        }

        return type.Namespace == typeof(ITensorModel).Namespace
            ? "Its backend does not offer it: add the package Inference.Hosting.Text, or mark another model that offers it AsDefault()."
            : "Register it with the app's services.";
    }
}
