// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Batching;

/// <summary>Rows of one request that go into one run: all of them, or a slice of a request that was split.</summary>
/// <param name="request">Its inputs are read during assembly only.</param>
/// <param name="layout">What the analyzer found.</param>
/// <param name="response">Where the outputs go; shared by all parts of the request, which write disjoint rows, perhaps at the same time.</param>
/// <param name="firstRow">First row of the slice within the request.</param>
/// <param name="rows">Rows of the slice.</param>
internal readonly struct BatchPart(
    InferenceRequest request, RequestLayout layout, PooledResponse response, int firstRow, int rows)
{
    public InferenceRequest Request { get; } = request;

    public RequestLayout Layout { get; } = layout;

    public PooledResponse Response { get; } = response;

    public int FirstRow { get; } = firstRow;

    public int Rows { get; } = rows;

    /// <summary>Whether the slice is the whole request.</summary>
    public bool IsWhole => Rows == Layout.Rows;
}
