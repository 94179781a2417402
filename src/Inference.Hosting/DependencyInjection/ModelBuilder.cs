// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.DependencyInjection;

/// <summary>A builder over the definition of a model.</summary>
internal sealed class ModelBuilder(IServiceCollection services, ModelDefinition definition, string? version = null) : IModelBuilder
{
    public IServiceCollection Services { get; } = services;

    public ModelDefinition Definition { get; } = definition;

    public string Name => Definition.Name;

    public string Version { get; } = version ?? ModelDefinition.DefaultVersion;

    /// <summary>The version inside <c>AddVersion</c>; null when verbs are meant for the whole model.</summary>
    public string? OwnVersion { get; } = version;

    public static ModelBuilder From(IModelBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder as ModelBuilder
            ?? throw new ArgumentException("The builder must come from AddModel.", nameof(builder));
    }
}
