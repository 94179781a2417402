// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Testing;

/// <summary>A dimension in a graph: a number, a symbol, or free without a name.</summary>
/// <param name="Value">The size, or null.</param>
/// <param name="Symbol">The symbol, or null.</param>
public readonly record struct OnnxDim(long? Value, string? Symbol)
{
    /// <summary>Free and without a name.</summary>
    public static OnnxDim Free => default;

    /// <summary>A fixed size; -1 is <see cref="Free"/>.</summary>
    public static implicit operator OnnxDim(long value) => value < 0 ? Free : new(value, null);

    /// <summary>A symbol.</summary>
    public static implicit operator OnnxDim(string symbol) => new(null, symbol);
}
