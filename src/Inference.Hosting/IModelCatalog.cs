// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;

namespace Inference.Hosting;

/// <summary>All models of the host: what there is, in which state, and the verbs that change it. Thread-safe.</summary>
/// <remarks>Reading never loads anything.</remarks>
public interface IModelCatalog
{
    /// <summary>A snapshot of all models, by name.</summary>
    IReadOnlyList<ModelInfo> Models { get; }

    /// <summary>A snapshot of one model.</summary>
    /// <param name="nameOrAlias">Its name or an alias.</param>
    /// <param name="model">The model, or null.</param>
    bool TryGetModel(string nameOrAlias, [NotNullWhen(true)] out ModelInfo? model);

    /// <summary>The client of a model.</summary>
    /// <param name="nameOrAlias">Its name or an alias.</param>
    /// <exception cref="InferenceException">NotFound.</exception>
    IInferenceClient GetClient(string nameOrAlias);

    /// <summary>What serves a capability under a name: the model's T if it implements it, else its backend.</summary>
    /// <typeparam name="TCapability">A capability contract, for example <see cref="Capabilities.ITensorModel"/>.</typeparam>
    /// <param name="nameOrAlias">The model's name or an alias.</param>
    /// <returns>Null when the model does not offer it.</returns>
    /// <exception cref="InferenceException">NotFound.</exception>
    TCapability? GetCapability<TCapability>(string nameOrAlias)
        where TCapability : class;

    /// <summary>Counters of one loaded version since it was loaded.</summary>
    /// <param name="nameOrAlias">The model's name or an alias.</param>
    /// <param name="version">The version; null for the default one.</param>
    /// <returns>Null when the version is not loaded or keeps none.</returns>
    /// <exception cref="InferenceException">NotFound.</exception>
    ModelStatistics? GetStatistics(string nameOrAlias, string? version = null);

    /// <summary>Loads what is not loaded; reloads what is. The old instance serves until the new one is ready, and goes on if loading fails.</summary>
    /// <param name="name">The model's name or an alias.</param>
    /// <param name="version">One version; null for all.</param>
    /// <param name="cancellationToken">Gives up waiting and loading.</param>
    /// <exception cref="InferenceException">NotFound; NotReady with the reason when loading failed.</exception>
    Task LoadAsync(string name, string? version = null, CancellationToken cancellationToken = default);

    /// <summary>Drains and unloads. Accepted work is finished first.</summary>
    /// <param name="name">The model's name or an alias.</param>
    /// <param name="version">One version; null for all.</param>
    /// <param name="cancellationToken">Gives up waiting; unloading goes on.</param>
    /// <exception cref="InferenceException">NotFound; Unsupported for a model that only composes others.</exception>
    Task UnloadAsync(string name, string? version = null, CancellationToken cancellationToken = default);

    /// <summary>Waits until one model, or all, can serve.</summary>
    /// <param name="name">The model's name or an alias; null for all.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <exception cref="InferenceException">NotFound; NotReady with the reason once loading has failed.</exception>
    Task WaitUntilReadyAsync(string? name = null, CancellationToken cancellationToken = default);
}
