// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>The model repository extension: what there is, in which state; load, reload and unload. For those who carry its calls. Thread-safe.</summary>
/// <remarks>Whether the caller may use a model is asked before, by <see cref="V2Operations.AuthorizeAsync"/>.</remarks>
public sealed class V2Repository
{
    private readonly IModelCatalog _catalog;

    internal V2Repository(IModelCatalog catalog) => _catalog = catalog;

    /// <summary>The versions of a model.</summary>
    /// <param name="model">The model.</param>
    /// <param name="onlyReady">Whether those that cannot serve are left out.</param>
    public static IEnumerable<V2RepositoryEntry> List(ModelInfo model, bool onlyReady)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.Versions
            .Where(version => !onlyReady || version.State == ModelState.Ready)
            .Select(version => new V2RepositoryEntry(version.Version, StateOf(version), ReasonOf(version)));
    }

    /// <summary>The refusal of a call that names a repository.</summary>
    /// <param name="mend">What to do.</param>
    public static InferenceException RefuseName(string mend) => new(
        InferenceErrorCode.Unsupported, $"There is one repository, and it has no name: the models of the app. {mend}");

    /// <summary>Loads a model, or loads it again; what was begun goes on when the caller leaves.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">Names of the parameters that the caller has set; false and null set nothing.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <exception cref="InferenceException">Unsupported, for every parameter; NotReady while the server shuts down; what made the load fail.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public Task LoadAsync(ModelInfo model, IEnumerable<string> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        Refuse(parameters, name => name == "config" || name.StartsWith("file:", StringComparison.Ordinal)
            ? $"a model is loaded as the app configures it. Change its files, or its keys below Inference:Models:{model.Name}, and load it again without parameters"
            : "loading takes no parameters");
        return WaitAsync(_catalog.LoadAsync(model.Name, cancellationToken: CancellationToken.None), cancellationToken);
    }

    /// <summary>Unloads a model; what was begun goes on when the caller leaves.</summary>
    /// <param name="model">The model.</param>
    /// <param name="parameters">As for <see cref="LoadAsync"/>.</param>
    /// <param name="cancellationToken">The caller leaves.</param>
    /// <exception cref="InferenceException">Unsupported, for every parameter; NotReady while the server shuts down.</exception>
    /// <exception cref="OperationCanceledException">The caller left.</exception>
    public Task UnloadAsync(ModelInfo model, IEnumerable<string> parameters, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(model);
        Refuse(parameters, name => name == "unload_dependents"
            ? "each model is unloaded by its own name. Leave it out, or send false"
            : "unloading takes no parameter but 'unload_dependents': false");
        return WaitAsync(_catalog.UnloadAsync(model.Name, cancellationToken: CancellationToken.None), cancellationToken);
    }

    private static string StateOf(ModelVersionInfo version) => version.State switch
    {
        ModelState.Ready => "READY",
        ModelState.Loading => "LOADING",
        ModelState.Draining => "UNLOADING",
        _ => "UNAVAILABLE",
    };

    private static string ReasonOf(ModelVersionInfo version)
        => version.Reason ?? (version.State == ModelState.Unloaded ? "The model is not loaded." : "");

    private static void Refuse(IEnumerable<string> parameters, Func<string, string> explain)
    {
        if (parameters.FirstOrDefault() is { } name)
        {
            throw new InferenceException(InferenceErrorCode.Unsupported, $"Parameter '{name}' is not supported: {explain(name)}.")
            {
                Parameter = name,
            };
        }
    }

    // Half a load helps nobody, and the log and the index tell how it ended.
    private static async Task WaitAsync(Task change, CancellationToken cancellationToken)
    {
        try
        {
            await change.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException) when (!change.IsCompleted)
        {
            _ = change.ContinueWith(
                static ended => ended.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
            throw;
        }
        catch (OperationCanceledException exception)
        {
            throw new InferenceException(InferenceErrorCode.NotReady, "The server is shutting down.", exception);
        }
    }
}
