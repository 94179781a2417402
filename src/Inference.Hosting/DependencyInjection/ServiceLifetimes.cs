// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Lifetimes of the app's services as registered, to find a scoped dependency of a singleton before it is used.</summary>
internal sealed class ServiceLifetimes(IServiceCollection services)
{
    public bool IsScoped(Type type, object? key)
        => services.LastOrDefault(service => Matches(service, type, key)) is { Lifetime: ServiceLifetime.Scoped };

    private static bool Matches(ServiceDescriptor service, Type type, object? key)
        => Equals(service.ServiceKey, key)
            && (service.ServiceType == type
                || (type.IsGenericType && service.ServiceType == type.GetGenericTypeDefinition()));
}
