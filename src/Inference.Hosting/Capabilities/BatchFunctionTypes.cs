// SPDX-License-Identifier: Apache-2.0

namespace Inference.Hosting.Capabilities;

/// <summary>The types of a model that is an <see cref="IBatchFunction{TIn, TOut}"/>, for code that maps or bridges it without reflection.</summary>
/// <remarks>A service of the app, keyed by the name of the model.</remarks>
public abstract class BatchFunctionTypes
{
    private protected BatchFunctionTypes()
    {
    }

    /// <summary>The type of an item.</summary>
    public abstract Type Item { get; }

    /// <summary>The type of a result.</summary>
    public abstract Type Result { get; }

    /// <summary>Calls a visitor with the types as type arguments.</summary>
    /// <typeparam name="TAnswer">What the visitor gives.</typeparam>
    /// <param name="visitor">The visitor.</param>
    public abstract TAnswer Accept<TAnswer>(IBatchFunctionVisitor<TAnswer> visitor);
}

/// <summary>The types of one model.</summary>
internal sealed class BatchFunctionTypes<TIn, TOut> : BatchFunctionTypes
{
    public override Type Item => typeof(TIn);

    public override Type Result => typeof(TOut);

    public override TAnswer Accept<TAnswer>(IBatchFunctionVisitor<TAnswer> visitor)
    {
        ArgumentNullException.ThrowIfNull(visitor);
        return visitor.Visit<TIn, TOut>();
    }
}
