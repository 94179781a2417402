// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Graphs;
using Inference.Hosting.OnnxRuntime.Sessions;
using Microsoft.Extensions.Logging;

namespace Inference.Hosting.OnnxRuntime;

/// <summary>A graph in ONNX Runtime: one session per device, shared by the instances on it. Thread-safe.</summary>
internal sealed class OnnxEngine : IInferenceEngine
{
    private readonly OnnxGraph _graph;
    private readonly BatchAxes _axes;
    private readonly OnnxSession[] _sessions;
    private readonly ILogger _logger;
    private readonly bool[] _unpredictable;
    private int _disposed;

    public OnnxEngine(
        ModelMetadata metadata, OnnxGraph graph, BatchAxes axes, OnnxSession[] sessions, int threads, long memoryBytes, ILogger logger)
    {
        (Metadata, _graph, _axes, _sessions, _logger) = (metadata, graph, axes, sessions, logger);
        MemoryBytes = memoryBytes;
        _unpredictable = new bool[graph.Outputs.Length];
        Traits = new()
        {
            DeviceCount = sessions.Length,

            // A session with one thread computes on the thread of whoever runs it, so its instances have a core each; with more, they share its pool.
            InstancesShareDevice = threads != 1 && Array.TrueForAll(sessions, session => session.Device.IsCpu),
            ShapesAreExpensive = Array.Exists(sessions, session => ExecutionProviders.For(session.Device).ShapesAreExpensive),
        };
    }

    public ModelMetadata Metadata { get; }

    public EngineTraits Traits { get; }

    /// <summary>Bytes of the graph's files, once for each device; arenas and workspaces come on top.</summary>
    public long? MemoryBytes { get; }

    public ModelMetadata Prove(IEngineInstance instance)
        => _axes.NeedsProof ? BatchAxisProof.Prove(Metadata, _axes, instance, _logger) : Metadata;

    public IEngineInstance CreateInstance(int index)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(index);
        return new OnnxEngineInstance(this, _sessions[index % _sessions.Length], _graph);
    }

    /// <summary>Whether the output once had another shape than its symbols promise.</summary>
    public bool IsUnpredictable(int output) => Volatile.Read(ref _unpredictable[output]);

    public void MarkUnpredictable(int output)
    {
        if (!IsUnpredictable(output))
        {
            Volatile.Write(ref _unpredictable[output], true);
            _logger.OutputShapeUnpredictable(_graph.Outputs[output].Name, Metadata.Name);
        }
    }

    /// <summary>Lets go of the sessions; an instance that is still there keeps its own until it is disposed.</summary>
    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            Array.ForEach(_sessions, session => session.Release());
        }

        return default;
    }
}
