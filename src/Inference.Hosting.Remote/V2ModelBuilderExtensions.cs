// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves models of V2 servers as models of this app.</summary>
public static class V2ModelBuilderExtensions
{
    private const string Section = "Remote";

    /// <summary>Serves the version with a model of a V2 server (Open Inference Protocol): Triton, KServe, or another app of this library.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="address">
    /// The server: <c>http://triton:8000</c> for REST, with tensors as bytes where the server has that extension; <c>grpc://triton:8001</c> for
    /// gRPC. Without <c>/v2</c>. <c>Inference:Models:{name}:Remote:Addresses</c> replaces it, with one address or several.
    /// </param>
    /// <param name="configure">Sets options in code; configuration under <c>Inference:Models:{name}:Remote</c> overrides them.</param>
    /// <remarks>
    /// Names, types, shapes, batching and version are read from the server when the model is loaded; while it is not there, the model is not
    /// ready and is tried again. A call takes its turn in the model's queue, goes to the address that is predicted to answer soonest, and is
    /// tried at another one when that one cannot be reached, is busy or is not ready: inference may be repeated.
    /// </remarks>
    public static IModelBuilder UseV2(this IModelBuilder builder, Uri address, Action<V2RemoteOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(address);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<IValidateOptions<V2RemoteOptions>, V2RemoteOptionsValidator>());
        builder.AddModelOptions<V2RemoteOptions>(Section, Bind);
        builder.ConfigureModelOptions<V2RemoteOptions>(options =>
        {
            options.Addresses.Clear();
            options.Addresses.Add(address);
        });
        if (configure is not null)
        {
            builder.ConfigureModelOptions(configure);
        }

        RemoteHttp.Add(
            builder.Services,
            builder.Name,
            services => services.GetRequiredService<IOptionsMonitor<V2RemoteOptions>>().Get(builder.Name));
        return builder.UseBackend(_ => new V2Backend());
    }

    private static void Bind(IConfiguration section, V2RemoteOptions options)
    {
        if (section.GetSection(nameof(options.Addresses)).Exists())
        {
            options.Addresses.Clear();
        }

        section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true);
    }
}
