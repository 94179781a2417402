// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Models;
using Inference.Hosting.Remote.Servers;
using Inference.Hosting.Remote.V2.Facts;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2;

/// <summary>Finds out which version of a model a server serves, and what it is like.</summary>
internal sealed class RemoteModelReader(IV2Protocol protocol, RemoteEngine engine, RemoteServer server)
{
    /// <summary>Describes a version.</summary>
    /// <param name="model">The model's name there.</param>
    /// <param name="version">Null for the latest that is ready.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="InferenceException">It cannot be asked, or it is not served, or not described in a way that can be used.</exception>
    public async ValueTask<RemoteModel> ReadAsync(string model, string? version, CancellationToken cancellationToken)
    {
        // (1) Which version.
        var features = FeaturesOf(await protocol.GetServerAsync(engine, server, cancellationToken).ConfigureAwait(false));
        var facts = await protocol.GetModelAsync(engine, server, model, version, cancellationToken).ConfigureAwait(false);
        var chosen = version ?? await ChooseAsync(model, facts.Versions ?? [], cancellationToken).ConfigureAwait(false);
        if (chosen != version)
        {
            facts = await protocol.GetModelAsync(engine, server, model, chosen, cancellationToken).ConfigureAwait(false);
        }

        // (2) A version that is described may still be loading.
        if (await protocol.ProbeAsync(engine, server, model, chosen, cancellationToken).ConfigureAwait(false) != ServerFault.None)
        {
            throw V2Faults.NotReady(null);
        }

        // (3) How it is configured, where the server says so.
        var config = await protocol.GetConfigAsync(engine, server, model, chosen, cancellationToken).ConfigureAwait(false);
        var batches = config?.MaxBatchSize > 0;
        return new RemoteModel(
            model,
            chosen,
            [.. (facts.Inputs ?? []).Select(tensor => Describe(tensor, config?.Inputs, batches))],
            [.. (facts.Outputs ?? []).Select(tensor => Describe(tensor, config?.Outputs, batches))])
        {
            Platform = facts.Platform,
            MaxBatchSize = config?.MaxBatchSize ?? 0,
            IsDecoupled = config?.Transactions?.IsDecoupled ?? false,
            Features = features,
        };
    }

    /// <summary>The latest of the versions that the server has ready; null where it has no versions.</summary>
    private async ValueTask<string?> ChooseAsync(string model, IReadOnlyList<string> versions, CancellationToken cancellationToken)
    {
        if (versions.Count == 0)
        {
            return null;
        }

        foreach (var version in versions.OrderDescending(VersionComparer.Instance))
        {
            if (await protocol.ProbeAsync(engine, server, model, version, cancellationToken).ConfigureAwait(false) == ServerFault.None)
            {
                return version;
            }
        }

        throw V2Faults.NotReady(null);
    }

    private static RemoteFeatures FeaturesOf(ServerFacts server)
    {
        var extensions = server.Extensions ?? [];
        return (extensions.Contains("binary_tensor_data") ? RemoteFeatures.BinaryData : RemoteFeatures.None)
            | (extensions.Contains("schedule_policy") ? RemoteFeatures.SchedulePolicy : RemoteFeatures.None);
    }

    private static TensorSpec Describe(TensorFacts tensor, IReadOnlyList<ConfigTensorFacts>? configured, bool batches)
    {
        if (tensor.Name is not { Length: > 0 } name)
        {
            throw V2Faults.BadAnswer("its metadata has a tensor without a name");
        }

        if (!TensorDataTypes.TryParse(tensor.DataType, out var type))
        {
            throw V2Faults.BadAnswer($"its metadata gives tensor '{name}' a type that is not of the V2 protocol");
        }

        var config = configured?.FirstOrDefault(other => other.Name == name);
        var shape = (tensor.Shape ?? []).ToArray();
        return new TensorSpec(name, type, shape)
        {
            BatchAxis = batches ? FindBatchAxis(shape, config?.Dims) : null,
            IsOptional = config?.IsOptional ?? false,
        };
    }

    // Metadata speaks of all rows, the configuration of one: the dimension that only metadata has is that of the rows. Nearly always the first.
    private static int? FindBatchAxis(long[] shape, IReadOnlyList<long>? row)
    {
        for (var axis = 0; axis < shape.Length; axis++)
        {
            if (shape[axis] < 0 && (row is null || IsWithout(shape, axis, row)))
            {
                return axis;
            }
        }

        return null;
    }

    private static bool IsWithout(long[] shape, int axis, IReadOnlyList<long> row)
        => shape.Length == row.Count + 1 && shape.Where((_, index) => index != axis).SequenceEqual(row);
}
