// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>What became of one of several items.</summary>
/// <typeparam name="TOut">The result of an item.</typeparam>
public sealed class BatchResult<TOut>
{
    private readonly TOut? _value;

    /// <summary>An item that has its result.</summary>
    /// <param name="index">Its position among the items of the call.</param>
    /// <param name="value">The result.</param>
    public BatchResult(int index, TOut value) => (Index, _value) = (index, value);

    /// <summary>An item that failed.</summary>
    /// <param name="index">Its position among the items of the call.</param>
    /// <param name="error">Why.</param>
    public BatchResult(int index, InferenceException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        (Index, Error) = (index, error);
    }

    /// <summary>Its position among the items of the call.</summary>
    public int Index { get; }

    /// <summary>Why it failed; null when it did not.</summary>
    public InferenceException? Error { get; }

    /// <summary>How it was answered.</summary>
    public InferenceTiming Timing { get; init; }

    /// <summary>The result.</summary>
    /// <exception cref="InferenceException">It failed: <see cref="Error"/>.</exception>
    public TOut Value => Error is null ? _value! : throw Error;
}
