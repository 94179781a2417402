// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Models;
using Inference.Hosting.Remote.Servers;

namespace Inference.Hosting.Remote.V2;

/// <summary>Which version of a model on several servers is called, and whether it still is the right one. Used by one at a time, but for <see cref="Model"/>.</summary>
/// <param name="protocol">How the servers are asked.</param>
/// <param name="name">The model's name there.</param>
/// <param name="version">Null for the latest.</param>
/// <param name="binaryData">Whether tensors travel as bytes; null where the server says so.</param>
internal sealed class RemoteDirectory(IV2Protocol protocol, string name, string? version, bool? binaryData)
{
    private RemoteModel? _model;

    /// <summary>The version that was chosen.</summary>
    public RemoteModel Model => _model ?? throw new InvalidOperationException("No version was chosen yet.");

    /// <summary>Chooses the version that most servers have as their latest, of those the later one.</summary>
    /// <exception cref="InferenceException">No server has one; why the first has none.</exception>
    public async ValueTask ChooseAsync(RemoteEngine engine, CancellationToken cancellationToken)
    {
        var (models, fault) = await AskAllAsync(engine, cancellationToken).ConfigureAwait(false);
        _model = models
            .GroupBy(model => model)
            .OrderByDescending(group => group.Count())
            .ThenByDescending(group => group.Key.Version ?? "", VersionComparer.Instance)
            .FirstOrDefault()?.Key ?? throw fault!;
    }

    /// <summary>Whether the servers now are best called in another way: all that answer say the same and not what was chosen, or none has that any more.</summary>
    public async ValueTask<bool> HasChangedAsync(RemoteEngine engine, CancellationToken cancellationToken)
    {
        var (models, _) = await AskAllAsync(engine, cancellationToken).ConfigureAwait(false);
        return models.Count > 0 && !models.Contains(Model) && (models.Distinct().Count() == 1 || engine.Unavailable is not null);
    }

    /// <summary>Whether a server has the chosen version ready.</summary>
    public Task<ServerFault> ProbeAsync(RemoteEngine engine, RemoteServer server, CancellationToken cancellationToken)
        => protocol.ProbeAsync(engine, server, name, Model.Version, cancellationToken).AsTask();

    private async ValueTask<(List<RemoteModel> Models, InferenceException? Fault)> AskAllAsync(RemoteEngine engine, CancellationToken cancellationToken)
    {
        var asked = await Task.WhenAll(engine.Servers.All.Select(server => AskAsync(engine, server, cancellationToken))).ConfigureAwait(false);
        return ([.. asked.Select(answer => answer.Model).OfType<RemoteModel>()], asked.Select(answer => answer.Fault).FirstOrDefault(fault => fault is not null));
    }

    private async Task<(RemoteModel? Model, InferenceException? Fault)> AskAsync(
        RemoteEngine engine, RemoteServer server, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(engine.Options.HealthTimeout, engine.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var model = await new RemoteModelReader(protocol, engine, server).ReadAsync(name, version, linked.Token).ConfigureAwait(false);
            return (binaryData is { } isBinary ? model with { Features = With(model.Features, isBinary) } : model, null);
        }
        catch (InferenceException exception)
        {
            return (null, exception);
        }
        catch (HttpRequestException exception)
        {
            return (null, V2Faults.Unreachable(exception));
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, V2Faults.Unreachable(exception));
        }
    }

    private static RemoteFeatures With(RemoteFeatures features, bool isBinary)
        => isBinary ? features | RemoteFeatures.BinaryData : features & ~RemoteFeatures.BinaryData;
}
