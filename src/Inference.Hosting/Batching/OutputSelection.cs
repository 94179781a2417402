// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>The outputs a request wants, in the order it named them. Immutable and shared by all requests that want the same.</summary>
internal sealed class OutputSelection
{
    private readonly bool[] _contains;

    /// <param name="outputCount">Number of outputs of the model.</param>
    /// <param name="order">Positions in the metadata, each at most once.</param>
    public OutputSelection(int outputCount, int[] order)
    {
        _contains = new bool[outputCount];
        Order = order;
        foreach (var index in order)
        {
            _contains[index] = true;
        }
    }

    /// <summary>Positions in the metadata, in the order asked for.</summary>
    public int[] Order { get; }

    public bool Contains(int index) => _contains[index];
}
