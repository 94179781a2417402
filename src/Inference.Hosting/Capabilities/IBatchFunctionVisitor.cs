// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>Gets the types of a function from <see cref="BatchFunctionTypes.Accept"/>.</summary>
/// <typeparam name="TAnswer">What it makes of them.</typeparam>
public interface IBatchFunctionVisitor<out TAnswer>
{
    /// <summary>Is given the types.</summary>
    /// <typeparam name="TIn">An item.</typeparam>
    /// <typeparam name="TOut">The result of an item.</typeparam>
    TAnswer Visit<TIn, TOut>();
}
