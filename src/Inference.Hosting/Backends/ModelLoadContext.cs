// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>Which version a backend is to load.</summary>
/// <param name="Model">The name of the model.</param>
/// <param name="Version">The version.</param>
/// <param name="Services">The host's services, for options, logging, metrics and time.</param>
public sealed record ModelLoadContext(string Model, string Version, IServiceProvider Services)
{
    /// <summary>The name under which options of this version are found: the model's, or <c>model@version</c> for one with options of its own.</summary>
    public string OptionsName { get; init; } = Model;

    /// <summary>The files of the version, as <see cref="IModelBackend.OpenFilesAsync"/> gave them.</summary>
    public ModelFiles Files { get; init; } = ModelFiles.None;
}
