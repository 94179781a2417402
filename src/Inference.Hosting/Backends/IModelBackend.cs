// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Backends;

/// <summary>Loads versions of a model and serves them: on this machine, in another process, on another machine.</summary>
/// <remarks>Thread-safe. Admission, rollout, health, metrics and routes sit above it and are the same for all.</remarks>
public interface IModelBackend
{
    /// <summary>Whether loaded versions offer a capability by themselves. Asked at start, before anything is loaded.</summary>
    /// <param name="capability">A capability contract of the core other than <see cref="Capabilities.ITensorModel"/>, or <see cref="ITokenGenerator"/>.</param>
    /// <returns>False by default. If true, <see cref="ILoadedModel.GetCapability"/> gives it.</returns>
    bool Offers(Type capability) => false;

    /// <summary>Opens the files of the version, so that assets can be built from them without loading the graph.</summary>
    /// <param name="context">Which version.</param>
    /// <param name="cancellationToken">Gives up.</param>
    ValueTask<ModelFiles> OpenFilesAsync(ModelLoadContext context, CancellationToken cancellationToken) => new(ModelFiles.None);

    /// <summary>Loads a version and warms it up; it is ready to serve when this completes.</summary>
    /// <param name="context">Which version, with its files.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InferenceException">What is wrong and what to do, safe to show to clients.</exception>
    ValueTask<ILoadedModel> LoadAsync(ModelLoadContext context, CancellationToken cancellationToken);
}
