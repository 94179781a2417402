// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.AspNetCore.V2;

/// <summary>An inference request as it was read. Reused; owns the memory of its tensors until <see cref="Dispose"/>.</summary>
internal sealed class V2Request : IDisposable
{
    private readonly List<V2Input> _inputs = [];

    /// <summary>What goes to the model.</summary>
    public InferenceRequest Inference { get; } = new();

    /// <summary>How outputs are wanted, in the order of the answer; empty for all of them.</summary>
    public List<V2Output> Outputs { get; } = [];

    /// <summary>Whether outputs that do not say otherwise are sent as bytes.</summary>
    public bool BinaryOutputs { get; set; }

    /// <summary>1 is the highest; 0 when the caller named none. Not clamped yet.</summary>
    public int Priority { get; set; }

    /// <summary>How long the caller lets the request wait in the queue; null for the model's default. Not clamped yet.</summary>
    public TimeSpan? QueueTimeout { get; set; }

    public int InputCount { get; private set; }

    public V2Input this[int index] => _inputs[index];

    public V2Input AddInput()
    {
        if (InputCount == _inputs.Count)
        {
            _inputs.Add(new V2Input { Position = InputCount });
        }

        return _inputs[InputCount++];
    }

    public void Dispose()
    {
        Inference.Reset();
        Outputs.Clear();
        (BinaryOutputs, Priority, QueueTimeout) = (false, 0, null);
        for (var i = 0; i < InputCount; i++)
        {
            _inputs[i].Dispose();
        }

        InputCount = 0;
    }
}
