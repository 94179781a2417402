// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Inference.Hosting;
using Inference.Hosting.Backends;
using Inference.Hosting.Batching;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Engines;
using Inference.Hosting.Models;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>The verbs of a model builder. On the builder of a version they concern that version, where that makes sense.</summary>
public static class ModelBuilderExtensions
{
    /// <summary>Serves the version with a backend of any kind.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="factory">Makes the backend; called once, when the host starts. A second call for the same version replaces the first.</param>
    public static IModelBuilder UseBackend(this IModelBuilder builder, Func<IServiceProvider, IModelBackend> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        var definition = ModelBuilder.From(builder).Definition;
        definition.Backends[builder.Version] = factory;
        definition.Functions.Remove(builder.Version);
        return builder;
    }

    /// <summary>Serves the version with an engine behind the batcher.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="load">Loads the engine, off the request path; called again on each reload.</param>
    /// <param name="openFiles">Opens the version's files for assets; null when it has none.</param>
    public static IModelBuilder UseEngine(
        this IModelBuilder builder,
        Func<ModelLoadContext, CancellationToken, ValueTask<IInferenceEngine>> load,
        Func<ModelLoadContext, ModelFiles>? openFiles = null)
    {
        ArgumentNullException.ThrowIfNull(load);
        return builder.UseBackend(_ => new BatchedBackend(load, openFiles));
    }

    /// <summary>Adds a version with a backend of its own. The latest ready version serves requests that name none.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="version">Dotted numbers are ordered by value, other names as text after them. Routes take <c>[A-Za-z0-9._-]</c>.</param>
    /// <param name="configure">Verbs for the version: a <c>Use…</c>, and options that differ from the model's.</param>
    public static IModelBuilder AddVersion(this IModelBuilder builder, string version, Action<IModelBuilder> configure)
    {
        var model = ModelBuilder.From(builder);
        ArgumentNullException.ThrowIfNull(configure);
        ModelName.Validate(version, "version");
        model.Definition.OwnOptions.Add(version);
        var inner = new ModelBuilder(model.Services, model.Definition, version);
        CoreModelOptions.Bind(inner);
        configure(inner);
        return builder;
    }

    /// <summary>Sets batching options in code; configuration overrides them.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="configure">Changes the options.</param>
    public static IModelBuilder WithBatching(this IModelBuilder builder, Action<BatchingOptions> configure)
        => builder.ConfigureModelOptions(configure);

    /// <summary>Sets queue options in code; configuration overrides them.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="configure">Changes the options.</param>
    public static IModelBuilder WithQueue(this IModelBuilder builder, Action<QueueOptions> configure)
        => builder.ConfigureModelOptions(configure);

    /// <summary>Sets warm-up options in code; configuration overrides them.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="configure">Changes the options.</param>
    public static IModelBuilder WithWarmup(this IModelBuilder builder, Action<WarmupOptions> configure)
        => builder.ConfigureModelOptions(configure);

    /// <summary>Sets the number of engine instances.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="count">From 1; each has a thread of its own.</param>
    public static IModelBuilder WithInstances(this IModelBuilder builder, int count)
        => builder.WithBatching(options => options.Instances = count);

    /// <summary>Declares that rows of different length along an axis may be padded and share a run.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="input">Name of the input.</param>
    /// <param name="axis">The axis, counted with the batch axis.</param>
    /// <param name="padValue">What fills the padding. The model must give the same answers with it.</param>
    /// <param name="isMask">Whether the input is a mask that is made here when callers leave it out.</param>
    public static IModelBuilder WithRaggedAxis(
        this IModelBuilder builder, string input, int axis = 1, double padValue = 0, bool isMask = false)
        => builder.WithBatching(options => options.RaggedAxes.Add(
            new RaggedAxis { Input = input, Axis = axis, PadValue = padValue, IsMask = isMask }));

    /// <summary>Builds something from the files of each version when it is loaded: tokenizer, labels, template.</summary>
    /// <typeparam name="TAsset">The type that <see cref="ModelLease.GetAsset{TAsset}"/> asks for.</typeparam>
    /// <param name="builder">The model or version.</param>
    /// <param name="create">Builds it, off the request path. It may be asked for without the graph being loaded.</param>
    public static IModelBuilder WithAsset<TAsset>(this IModelBuilder builder, Func<ModelFiles, TAsset> create)
        where TAsset : class
    {
        ArgumentNullException.ThrowIfNull(create);
        var model = ModelBuilder.From(builder);
        model.Definition.Assets.Add(new AssetDefinition(typeof(TAsset), model.OwnVersion, create));
        return builder;
    }

    /// <summary>Another name on the wire, such as <c>org/name:adapter</c>.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="alias">Any text; unique among names and aliases.</param>
    public static IModelBuilder WithAlias(this IModelBuilder builder, string alias)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(alias);
        ModelBuilder.From(builder).Definition.Aliases.Add(alias);
        return builder;
    }

    /// <summary>Makes the model the one that un-keyed injection of its capabilities gets, <see cref="IInferenceClient"/> included.</summary>
    /// <param name="builder">The model.</param>
    public static IModelBuilder AsDefault(this IModelBuilder builder)
    {
        var model = ModelBuilder.From(builder);
        ModelServices.AddDefault(model.Services, model.Definition);
        return builder;
    }

    /// <summary>Lets another model answer when this one is down or full, or has not begun to answer in time.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="model">Its name or an alias. Call again for a next one, which is asked when this one cannot answer either.</param>
    /// <param name="after">How long a call may wait for its first answer before the next model is asked; null, the default, is as long as its deadline allows.</param>
    /// <remarks>
    /// For tensors, the other model must take and give the same. Calls that pin a version never leave their model; neither do token ids. An answer
    /// says which model gave it; each fallback is counted and logged. Whoever may use this model reaches the other one through it.
    /// </remarks>
    public static IModelBuilder WithFallback(this IModelBuilder builder, string model, TimeSpan? after = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(model);
        return builder.ConfigureModelOptions<ModelOptions>(options =>
        {
            options.Fallback.Add(model);
            options.FallbackAfter = after ?? options.FallbackAfter;
        });
    }

    /// <summary>Stops the host when the model cannot be loaded at start.</summary>
    /// <param name="builder">The model.</param>
    public static IModelBuilder Required(this IModelBuilder builder)
        => builder.ConfigureModelOptions<ModelOptions>(options => options.Required = true);

    /// <summary>Lets remote callers use the model only if they satisfy a policy of the app. The model is the policy's resource.</summary>
    /// <param name="builder">The model.</param>
    /// <param name="policy">The policy's name; empty for the app's default policy.</param>
    public static IModelBuilder RequireAuthorization(this IModelBuilder builder, string policy = "")
    {
        ArgumentNullException.ThrowIfNull(policy);
        ModelBuilder.From(builder).Definition.Policies.Add(policy);
        return builder;
    }

    /// <summary>Sets options of a model in code. For packages that bring options of their own.</summary>
    /// <typeparam name="TOptions">Options that were added with <see cref="AddModelOptions{TOptions}"/>.</typeparam>
    /// <param name="builder">The model, for all its versions, or one version.</param>
    /// <param name="configure">Changes the options; configuration overrides it.</param>
    public static IModelBuilder ConfigureModelOptions<TOptions>(this IModelBuilder builder, Action<TOptions> configure)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(configure);
        var model = ModelBuilder.From(builder);
        var prefix = $"{model.Name}@";
        model.Services.AddSingleton<IConfigureOptions<TOptions>>(new ConfigureMatchingOptions<TOptions>(
            model.OwnVersion is { } version
                ? name => name == prefix + version
                : name => name == model.Name || name.StartsWith(prefix, StringComparison.Ordinal),
            configure));
        return builder;
    }

    /// <summary>Binds options to <c>Inference:Models:{name}:{section}</c>, with reload. For packages that bring options of their own.</summary>
    /// <typeparam name="TOptions">The options; every public property is a known key, all others fail the start.</typeparam>
    /// <param name="builder">The model or version. A version's own section is <c>Inference:Models:{name}:Versions:{version}:{section}</c>.</param>
    /// <param name="section">The key below the model's section.</param>
    /// <param name="bind">
    /// The bind call: <c>(section, options) => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true)</c>,
    /// written where the type is known, so that the source generator sees it.
    /// </param>
    public static IModelBuilder AddModelOptions<
        [DynamicallyAccessedMembers(
            DynamicallyAccessedMemberTypes.PublicProperties | DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TOptions>(
        this IModelBuilder builder, string section, Action<IConfiguration, TOptions> bind)
        where TOptions : class
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(section);
        ArgumentNullException.ThrowIfNull(bind);
        var model = ModelBuilder.From(builder);
        var keys = typeof(TOptions).GetProperties().Select(property => property.Name)
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        model.Definition.Sections[section] = keys;
        var root = $"Inference:Models:{model.Name}";
        ModelServices.BindOptions(model.Services, model.Definition, new ModelOptionsSource<TOptions>(
            model.OwnVersion is { } version ? $"{model.Name}@{version}" : model.Name,
            model.OwnVersion is null ? [$"{root}:{section}"] : [$"{root}:{section}", $"{root}:Versions:{model.OwnVersion}:{section}"],
            () => keys,
            bind));
        return builder;
    }
}
