// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;
using Inference.Hosting.Backends;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime;
using Inference.Hosting.OnnxRuntime.Sessions;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves ONNX models with ONNX Runtime. The app adds the native package it wants.</summary>
public static class OnnxRuntimeModelBuilderExtensions
{
    private const string Section = "OnnxRuntime";

    /// <summary>Serves an ONNX file or an exported folder.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="path">
    /// A file, or a folder with <c>model.onnx</c>, <c>onnx/model.onnx</c> or a single <c>.onnx</c> file; external data lies beside the graph. A relative
    /// path starts at the app's content root, else at the folder of the app's binaries. Read at each load, not before.
    /// </param>
    /// <param name="configure">Sets options in code; configuration under <c>Inference:Models:{name}:OnnxRuntime</c> overrides them.</param>
    public static IModelBuilder UseOnnxRuntime(
        this IModelBuilder builder, string path, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(path);
        return builder.Use(
            configure,
            services => new ModelSource(ModelLocator.FindGraph(Resolve(services, path)), null),
            context => OpenFiles(Resolve(context.Services, path)),
            services => Resolve(services, path));
    }

    /// <summary>Serves an ONNX model in memory. External data must lie in the current directory.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="model">The file's content; must not change while the model is registered.</param>
    /// <param name="configure">Sets options in code; configuration under <c>Inference:Models:{name}:OnnxRuntime</c> overrides them.</param>
    public static IModelBuilder UseOnnxRuntime(
        this IModelBuilder builder, byte[] model, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(model);
        return builder.Use(
            configure,
            _ => new ModelSource(null, model),
            _ => ModelFiles.FromBytes("model.onnx", model),
            _ => "memory");
    }

    private static IModelBuilder Use(
        this IModelBuilder builder,
        Action<OnnxRuntimeOptions>? configure,
        Func<IServiceProvider, ModelSource> open,
        Func<ModelLoadContext, ModelFiles> openFiles,
        Func<IServiceProvider, string> describe)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.TryAddEnumerable(
            ServiceDescriptor.Singleton<IValidateOptions<OnnxRuntimeOptions>, OnnxRuntimeOptionsValidator>());
        builder.AddModelOptions<OnnxRuntimeOptions>(
            Section, (section, options) => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
        if (configure is not null)
        {
            builder.ConfigureModelOptions(configure);
        }

        return builder.UseEngine((context, cancellationToken) => new(Load(context, open, describe, cancellationToken)), openFiles);
    }

    private static OnnxEngine Load(
        ModelLoadContext context,
        Func<IServiceProvider, ModelSource> open,
        Func<IServiceProvider, string> describe,
        CancellationToken cancellationToken)
    {
        var logger = (context.Services.GetService<ILoggerFactory>() ?? NullLoggerFactory.Instance)
            .CreateLogger("Inference.Hosting.OnnxRuntime");
        var options = context.Services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get(context.OptionsName);
        ModelSource source;
        try
        {
            source = open(context.Services);
        }
        catch (InferenceException exception)
        {
            logger.ModelLoadFailed(exception, context.Model, context.Version, describe(context.Services));
            throw;
        }

        return new OnnxEngineLoader(context.Model, context.Version, options, logger).Load(source, cancellationToken);
    }

    private static ModelFiles OpenFiles(string path)
        => Directory.Exists(path) ? ModelFiles.FromDirectory(path)
            : File.Exists(path) ? ModelFiles.FromDirectory(Path.GetDirectoryName(path)!)
            : ModelFiles.None;

    private static string Resolve(IServiceProvider services, string path)
        => ModelLocator.Resolve(path, services.GetService<IHostEnvironment>()?.ContentRootPath);
}
