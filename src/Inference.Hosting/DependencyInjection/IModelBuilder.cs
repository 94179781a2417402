// SPDX-License-Identifier: Apache-2.0

using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.DependencyInjection;

/// <summary>Configures one model, or one version of it. Its verbs are extension methods.</summary>
public interface IModelBuilder
{
    /// <summary>The app's services.</summary>
    IServiceCollection Services { get; }

    /// <summary>The name of the model.</summary>
    string Name { get; }

    /// <summary>The version that <c>Use…</c> verbs configure.</summary>
    /// <value><c>1</c> unless inside <c>AddVersion</c>.</value>
    string Version { get; }
}
