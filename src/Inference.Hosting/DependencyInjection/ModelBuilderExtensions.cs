// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Engines;
using Microsoft.Extensions.Configuration;

namespace Inference.Hosting.DependencyInjection;

/// <summary>The verbs of a model builder.</summary>
public static class ModelBuilderExtensions
{
    /// <summary>Serves the version with a backend of any kind.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="factory">Makes the backend; called once, when the host starts.</param>
    public static IModelBuilder UseBackend(this IModelBuilder builder, Func<IServiceProvider, IModelBackend> factory)
        => throw new NotImplementedException();

    /// <summary>Serves the version with an engine behind the batcher.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="load">Loads the engine, off the request path; called again on each reload.</param>
    /// <param name="openFiles">Opens the version's files for assets; null when it has none.</param>
    public static IModelBuilder UseEngine(
        this IModelBuilder builder,
        Func<ModelLoadContext, CancellationToken, ValueTask<IInferenceEngine>> load,
        Func<ModelLoadContext, ModelFiles>? openFiles = null)
        => throw new NotImplementedException();

    /// <summary>Binds options of a backend package to <c>Inference:Models:{name}:{section}</c>, under the model's name, with reload.</summary>
    /// <typeparam name="TOptions">The options; code sets defaults through <c>Services.Configure(name, …)</c>, configuration wins.</typeparam>
    /// <param name="builder">The model.</param>
    /// <param name="section">The key below the model's section; unknown keys below it fail the start.</param>
    /// <param name="bind">Binds a section to the options: <c>(section, options) => section.Bind(options)</c>, so that the source generator sees the type.</param>
    public static IModelBuilder AddModelOptions<TOptions>(
        this IModelBuilder builder, string section, Action<IConfiguration, TOptions> bind)
        where TOptions : class
        => throw new NotImplementedException();
}
