// SPDX-License-Identifier: Apache-2.0

using System.Collections.Concurrent;
using Inference.Hosting.Capabilities;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Models;

/// <summary>Finds what serves a capability of a model: its T, else its backend, else a package that builds it.</summary>
internal sealed class CapabilityResolver(IServiceProvider services, IEnumerable<ICapabilityFactory> factories)
{
    private static readonly Type[] _passedThrough =
    [
        typeof(IChatModel), typeof(ITextGenerator), typeof(IEmbeddingModel), typeof(IReranker), typeof(ITextClassifier), typeof(ITokenCodec),
    ];

    private readonly ConcurrentDictionary<(Type Capability, string Model), object?> _built = new();
    private readonly ConcurrentDictionary<(Type Capability, string Model), object?> _own = new();

    /// <summary>What routes and DI get under the model's name.</summary>
    public object? Find(Type capability, ModelHost host)
    {
        var definition = host.Definition;
        if (definition.ModelType is { } type && definition.ModelFactory is not null && capability.IsAssignableFrom(type))
        {
            return services.GetRequiredKeyedService(type, definition.Name);
        }

        // What goes past a class that serves a capability itself would go past its work.
        return capability == typeof(IOpenAIPassThrough) && definition.ModelType is { } own && ServesText(own)
            ? null
            : FindForModel(capability, host);
    }

    /// <summary>What the model's own T gets: never T itself.</summary>
    public object? FindForModel(Type capability, ModelHost host)
    {
        // A model that only composes others has no tensors that a client could take.
        return host.HasBackend && capability.IsInstanceOfType(host.Client)
            ? host.Client
            : _built.GetOrAdd(
                (capability, host.Name), static (key, state) => state.Resolver.Build(key.Capability, state.Host), (Resolver: this, Host: host));
    }

    private static bool ServesText(Type type) => _passedThrough.Any(capability => capability.IsAssignableFrom(type));

    private object? Build(Type capability, ModelHost host)
    {
        var own = BuildOwn(capability, host);
        return own is not null && host.Fallbacks is { } chain ? WithFallbacks(capability, own, chain) : own;
    }

    private object WithFallbacks(Type capability, object own, FallbackChain chain)
    {
        // What stands in is found when it is asked: its class may need this model to be made.
        object? Find(int index) => index == 0 ? own : FindOwn(capability, chain.Hosts[index]);
        return capability == typeof(IOpenAIPassThrough)
            ? new FallbackOpenAIPassThrough(chain, index => (IOpenAIPassThrough?)Find(index))
            : FunctionDefinition.Find(chain.Hosts[0].Definition, capability)?.CreateOver(new FallbackCallsSource(chain, Find))
                ?? LeasedCapabilities.CreateText(capability, new FallbackCallsSource(chain, Find)) ?? own;
    }

    /// <summary>As <see cref="Find"/>, of this model and no other.</summary>
    private object? FindOwn(Type capability, ModelHost host)
    {
        var type = host.Definition.ModelType;
        var isOwnClass = type is not null && host.Definition.ModelFactory is not null;
        return isOwnClass && (capability.IsAssignableFrom(type) || (capability == typeof(IOpenAIPassThrough) && ServesText(type!)))
            ? Find(capability, host)
            : _own.GetOrAdd(
                (capability, host.Name),
                static (key, state) => state.Resolver.BuildOwn(key.Capability, state.Host),
                (Resolver: this, Host: host));
    }

    private object? BuildOwn(Type capability, ModelHost host)
    {
        if (host.Offers(capability)
            && (FunctionDefinition.Find(host.Definition, capability)?.Create(host) ?? LeasedCapabilities.Create(capability, host)) is { } leased)
        {
            return leased;
        }

        // What is built upon the files of one model must not be given those of another.
        var client = host.Fallbacks is null ? (IInferenceClient)host.Client : new OwnModelClient(host.Client);
        foreach (var factory in factories)
        {
            if (factory.TryCreate(capability, client, services) is { } built)
            {
                return capability.IsInstanceOfType(built)
                    ? built
                    : throw new InvalidOperationException(
                        $"{factory.GetType().Name} made a {built.GetType().Name}, which is no {capability.Name}.");
            }
        }

        return null;
    }
}
