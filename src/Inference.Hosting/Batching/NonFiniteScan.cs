// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;

namespace Inference.Hosting.Batching;

/// <summary>Finds NaN and infinities in floating-point outputs.</summary>
internal static class NonFiniteScan
{
    /// <summary>Marks the parts whose wanted outputs hold NaN or an infinity in their own rows; padding does not count.</summary>
    /// <param name="instance">After a run.</param>
    /// <param name="batch">The batch that ran.</param>
    /// <param name="parts">As they were assembled.</param>
    /// <param name="found">One flag a part; overwritten.</param>
    /// <returns>How many parts are marked.</returns>
    public static int Find(
        IEngineInstance instance, InferenceBatch batch, ReadOnlySpan<BatchPart> parts, Span<bool> found)
        => throw new NotImplementedException();
}
