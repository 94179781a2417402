// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;

namespace Inference.Hosting.Backends;

/// <summary>A loaded version that serves. Thread-safe.</summary>
/// <remarks>
/// <see cref="IAsyncDisposable.DisposeAsync"/> is called once nobody holds the version any more, except at the end of the drain timeout:
/// then it fails what is left with NotReady and returns when nothing of it runs any more.
/// </remarks>
public interface ILoadedModel : ITensorModel, IAsyncDisposable
{
    /// <summary>What the version says of itself.</summary>
    new ModelMetadata Metadata { get; }

    /// <summary>How busy it is.</summary>
    ModelLoad Load { get; }

    /// <summary>Counters since it was loaded; null when the backend keeps none.</summary>
    ModelStatistics? Statistics => null;

    /// <summary>How it gathers rows, by the options in force now; null when it does not, or does not say.</summary>
    BatchingInfo? Batching => null;

    /// <summary>Why it cannot serve at the moment although it is loaded (device lost, remote down); null when it can.</summary>
    string? Unavailable => null;

    /// <summary>
    /// Whether every call, those of its capabilities included, ends by itself and at once when its deadline passes or its token is cancelled,
    /// and reads nothing of the request after that.
    /// </summary>
    /// <value>
    /// False by default: callers are then answered in time from above, however long the backend takes; its version stays held until the call
    /// has really ended, and it works on a copy of the tensors, since the caller's memory may serve another request by then.
    /// </value>
    bool EnforcesDeadlines => false;

    /// <summary>Another capability that the backend offers by itself.</summary>
    /// <param name="capability">A capability contract.</param>
    /// <returns>An implementation, or null.</returns>
    object? GetCapability(Type capability) => null;

    ModelMetadata? ITensorModel.Metadata => Metadata;
}
