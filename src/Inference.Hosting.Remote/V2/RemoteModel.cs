// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;

namespace Inference.Hosting.Remote.V2;

/// <summary>A model as a V2 server described it when it was asked. Immutable.</summary>
/// <param name="Name">Its name there.</param>
/// <param name="Version">The version that is called; null where the server has none.</param>
/// <param name="Inputs">In the order of the server.</param>
/// <param name="Outputs">In the order of the server.</param>
internal sealed record RemoteModel(
    string Name, string? Version, IReadOnlyList<TensorSpec> Inputs, IReadOnlyList<TensorSpec> Outputs)
{
    public string? Platform { get; init; }

    /// <summary>Most rows in a request; 0 where the model does not batch, or the server does not say.</summary>
    public int MaxBatchSize { get; init; }

    public bool IsDecoupled { get; init; }

    public RemoteFeatures Features { get; init; }

    /// <summary>Whether calls that were made for one can go to the other: all that a caller can see is equal.</summary>
    public bool Equals(RemoteModel? other)
        => other is not null
            && (Name, Version, Platform, MaxBatchSize, IsDecoupled, Features)
                == (other.Name, other.Version, other.Platform, other.MaxBatchSize, other.IsDecoupled, other.Features)
            && Inputs.SequenceEqual(other.Inputs)
            && Outputs.SequenceEqual(other.Outputs);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Name, Version, Inputs.Count, Outputs.Count);

    /// <summary>As metadata of the model here.</summary>
    public ModelMetadata Describe(string model, string version) => new(model, version, Inputs, Outputs)
    {
        Platform = Platform is { Length: > 0 } ? Platform : "remote_v2",
        SupportsBatching = MaxBatchSize > 0,
        MaxBatchSize = Math.Max(MaxBatchSize, 1),
        IsDecoupled = IsDecoupled,
        Devices = ["remote"],
        Properties = Version is null
            ? new Dictionary<string, string>(StringComparer.Ordinal) { ["remote_model"] = Name }
            : new Dictionary<string, string>(StringComparer.Ordinal) { ["remote_model"] = Name, ["remote_version"] = Version },
    };
}
