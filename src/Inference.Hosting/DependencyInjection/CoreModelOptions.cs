// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Batching;
using Inference.Hosting.Models;
using Inference.Hosting.Queueing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.DependencyInjection;

/// <summary>The options that every model has.</summary>
internal static class CoreModelOptions
{
    public static void Bind(ModelBuilder builder)
    {
        builder.AddModelOptions<BatchingOptions>(
            "Batching", (section, options) => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
        builder.AddModelOptions<QueueOptions>(
            "Queue", (section, options) => section.Bind(options, binder => binder.ErrorOnUnknownConfiguration = true));
        builder.AddModelOptions<WarmupOptions>("Warmup", BindWarmup);
        if (builder.OwnVersion is null)
        {
            ModelServices.BindOptions(builder.Services, builder.Definition, new ModelOptionsSource<ModelOptions>(
                builder.Name,
                [$"Inference:Models:{builder.Name}"],
                () => ModelKeys(builder.Definition),
                (section, options) => section.Bind(options)));
        }
    }

    // Whatever the model uses adds sections of its own, so the set is known only once all verbs have run.
    private static HashSet<string> ModelKeys(ModelDefinition definition)
        => new(
            [.. typeof(ModelOptions).GetProperties().Select(property => property.Name), .. definition.Sections.Keys, "Versions"],
            StringComparer.OrdinalIgnoreCase);

    // The sample comes from code alone, and a delegate cannot be bound.
    private static void BindWarmup(IConfiguration section, WarmupOptions options)
    {
        options.Enabled = section.GetValue(nameof(options.Enabled), options.Enabled);
        options.Budget = section.GetValue(nameof(options.Budget), options.Budget);
        section.GetSection(nameof(options.Lengths)).Bind(options.Lengths);
    }
}
