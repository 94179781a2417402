// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>What the scheduler needs to know of a request that <see cref="RequestAnalyzer"/> found valid.</summary>
/// <param name="rows">Rows along the batch axis; 1 for a model that does not batch. Zero is legal.</param>
/// <param name="length">Length along the ragged axis; 0 when the model has none.</param>
/// <param name="bytes">Bytes of all inputs.</param>
/// <param name="key">Requests with equal keys may share a run. Never given to another shape, so an old key only keeps apart.</param>
/// <param name="outputs">The wanted outputs.</param>
internal readonly struct RequestLayout(int rows, int length, long bytes, int key, OutputSelection outputs)
{
    public int Rows { get; } = rows;

    public int Length { get; } = length;

    public int Key { get; } = key;

    public long Bytes { get; } = bytes;

    public OutputSelection Outputs { get; } = outputs;
}
