// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Backends;
using Inference.Hosting.Batching;
using Inference.Hosting.Capabilities;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Models;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves typed C# functions over many items: a paid API, a database, ML.NET, TorchSharp.</summary>
public static class TypedFunctionModelBuilderExtensions
{
    /// <summary>Serves the version with an asynchronous function over the items of a batch, as <see cref="IBatchFunction{TIn, TOut}"/>.</summary>
    /// <typeparam name="TIn">An item.</typeparam>
    /// <typeparam name="TOut">The result of an item.</typeparam>
    /// <param name="builder">The model or version. Versions may differ in code, and not in types.</param>
    /// <param name="function">
    /// Gives a result for each item, in their order. Called once at a time for each instance (<c>WithInstances</c>); an instance has no thread
    /// of its own while it waits, so many of them are cheap. Its token is cancelled when nobody waits for the results any more, and when the
    /// version is disposed. What it throws fails the items at fault and no others; an <see cref="Inference.Hosting.InferenceException"/> reaches their callers
    /// as it is, and with NotReady, QueueFull or DeadlineExceeded it fails the whole batch at once, since then no item is at fault. Of any
    /// other exception only the log has the text.
    /// </param>
    /// <param name="isPure">False when a call must not be repeated for some of its items; then what it throws fails all of them.</param>
    /// <param name="cost">Units of cost of an item, from 1: <see cref="BatchingOptions.MaxBatchCost"/> bounds their sum in a batch, and tenants share by them.</param>
    /// <param name="groupBy">Only items with equal keys share a batch.</param>
    /// <param name="sample">Makes a harmless item, for warm-up and as the probe that tells a sick function from bad items. Without it there is neither.</param>
    public static IModelBuilder UseFunction<TIn, TOut>(
        this IModelBuilder builder,
        Func<IReadOnlyList<TIn>, CancellationToken, Task<IReadOnlyList<TOut>>> function,
        bool isPure = true,
        Func<TIn, int>? cost = null,
        Func<TIn, object?>? groupBy = null,
        Func<TIn>? sample = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Use(builder, new ItemFunction<TIn, TOut>(
            async (batch, cancellationToken) => await function(batch.Items, cancellationToken).ConfigureAwait(false))
        {
            IsPure = isPure,
            Cost = cost,
            GroupBy = groupBy,
            Sample = sample,
        });
    }

    /// <inheritdoc cref="UseFunction{TIn, TOut}(IModelBuilder, Func{IReadOnlyList{TIn}, CancellationToken, Task{IReadOnlyList{TOut}}}, bool, Func{TIn, int}, Func{TIn, object}, Func{TIn})"/>
    public static IModelBuilder UseFunction<TIn, TOut>(
        this IModelBuilder builder,
        Func<IReadOnlyList<TIn>, CancellationToken, Task<TOut[]>> function,
        bool isPure = true,
        Func<TIn, int>? cost = null,
        Func<TIn, object?>? groupBy = null,
        Func<TIn>? sample = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Use(builder, new ItemFunction<TIn, TOut>(
            async (batch, cancellationToken) => await function(batch.Items, cancellationToken).ConfigureAwait(false))
        {
            IsPure = isPure,
            Cost = cost,
            GroupBy = groupBy,
            Sample = sample,
        });
    }

    /// <summary>Serves the version with a function that computes before it returns, as <see cref="IBatchFunction{TIn, TOut}"/>.</summary>
    /// <typeparam name="TIn">An item.</typeparam>
    /// <typeparam name="TOut">The result of an item.</typeparam>
    /// <param name="builder">The model or version. Versions may differ in code, and not in types.</param>
    /// <param name="function">
    /// Gives a result for each item, in their order. Called on a thread of its own for each instance, so that it takes none of the app's pool.
    /// Token and exceptions as for an asynchronous function.
    /// </param>
    /// <param name="isPure">False when a call must not be repeated for some of its items; then what it throws fails all of them.</param>
    /// <param name="cost">Units of cost of an item, from 1: <see cref="BatchingOptions.MaxBatchCost"/> bounds their sum in a batch, and tenants share by them.</param>
    /// <param name="groupBy">Only items with equal keys share a batch.</param>
    /// <param name="sample">Makes a harmless item, for warm-up and as the probe that tells a sick function from bad items. Without it there is neither.</param>
    public static IModelBuilder UseFunction<TIn, TOut>(
        this IModelBuilder builder,
        Func<IReadOnlyList<TIn>, CancellationToken, IReadOnlyList<TOut>> function,
        bool isPure = true,
        Func<TIn, int>? cost = null,
        Func<TIn, object?>? groupBy = null,
        Func<TIn>? sample = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Use(builder, new ItemFunction<TIn, TOut>((batch, cancellationToken) => new(function(batch.Items, cancellationToken)))
        {
            NeedsThread = true,
            IsPure = isPure,
            Cost = cost,
            GroupBy = groupBy,
            Sample = sample,
        });
    }

    /// <summary>
    /// Serves the version with an asynchronous function that answers its items one by one: as each becomes ready, and each with its own result
    /// or error.
    /// </summary>
    /// <typeparam name="TIn">An item.</typeparam>
    /// <typeparam name="TOut">The result of an item.</typeparam>
    /// <param name="builder">The model or version. Versions may differ in code, and not in types.</param>
    /// <param name="function">
    /// Calls <see cref="ItemBatch{TIn, TOut}.SetResult"/> or <see cref="ItemBatch{TIn, TOut}.SetError"/> for each item before it returns. What
    /// it throws concerns the items that have no answer yet. Otherwise as a function that gives all results at once.
    /// </param>
    /// <param name="isPure">False when a call must not be repeated for some of its items; then what it throws fails all that have no answer.</param>
    /// <param name="cost">Units of cost of an item, from 1: <see cref="BatchingOptions.MaxBatchCost"/> bounds their sum in a batch, and tenants share by them.</param>
    /// <param name="groupBy">Only items with equal keys share a batch.</param>
    /// <param name="sample">Makes a harmless item, for warm-up and as the probe that tells a sick function from bad items. Without it there is neither.</param>
    public static IModelBuilder UseFunction<TIn, TOut>(
        this IModelBuilder builder,
        Func<ItemBatch<TIn, TOut>, CancellationToken, Task> function,
        bool isPure = true,
        Func<TIn, int>? cost = null,
        Func<TIn, object?>? groupBy = null,
        Func<TIn>? sample = null)
    {
        ArgumentNullException.ThrowIfNull(function);
        return Use(builder, new ItemFunction<TIn, TOut>(
            async (batch, cancellationToken) =>
            {
                await function(batch, cancellationToken).ConfigureAwait(false);
                return null;
            })
        {
            IsPure = isPure,
            Cost = cost,
            GroupBy = groupBy,
            Sample = sample,
        });
    }

    private static IModelBuilder Use<TIn, TOut>(IModelBuilder builder, ItemFunction<TIn, TOut> function)
    {
        var model = ModelBuilder.From(builder);
        builder.UseBackend(_ => new ItemFunctionBackend<TIn, TOut>(function));
        model.Definition.Functions[builder.Version] = new FunctionDefinition(
            typeof(IBatchFunction<TIn, TOut>),
            static host => new LeasedBatchFunction<TIn, TOut>(host),
            static source => new FallbackBatchFunction<TIn, TOut>(source.Create<IBatchFunction<TIn, TOut>>()));
        model.Services.AddKeyedSingleton<BatchFunctionTypes>(model.Name, new BatchFunctionTypes<TIn, TOut>());
        model.Services.TryAddKeyedSingleton(
            model.Name,
            (provider, _) => (IBatchFunction<TIn, TOut>)ModelServices.Capability(provider, model.Definition, typeof(IBatchFunction<TIn, TOut>)));
        return builder;
    }
}
