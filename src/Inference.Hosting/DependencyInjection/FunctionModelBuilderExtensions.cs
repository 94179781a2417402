// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting;
using Inference.Hosting.Backends;
using Inference.Hosting.DependencyInjection;
using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Serves C# code as a model.</summary>
public static class FunctionModelBuilderExtensions
{
    /// <summary>Serves the version with a C# function over the rows of a batch: queued, batched, isolated and measured as any model.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="inputs">What callers send. Where no <see cref="TensorSpec.BatchAxis"/> is given and the first dimension is -1, rows are on axis 0.</param>
    /// <param name="outputs">What the function gives; rows as for the inputs.</param>
    /// <param name="function">
    /// Called on a thread of its own, once at a time for each instance (<c>WithInstances</c>). Its token is cancelled when the version is
    /// disposed. What it throws fails the rows at fault and no others: the batch is run again in halves.
    /// </param>
    /// <param name="isPure">False when a call must not be repeated for some of its rows; then what it throws fails all of them.</param>
    /// <param name="batches">False calls the function once for each request, with whole tensors.</param>
    /// <remarks>
    /// Warm-up calls it with zeros and empty strings; give a sample of your own in <c>WithWarmup</c>, or switch it off there, where that
    /// does not suit it. An <see cref="Inference.Hosting.InferenceException"/>'s message reaches the callers at fault, any other only the log.
    /// </remarks>
    /// <exception cref="ArgumentException">A name is used twice, there is no output, or an output has no rows although inputs have.</exception>
    public static IModelBuilder UseFunction(
        this IModelBuilder builder,
        IReadOnlyList<TensorSpec> inputs,
        IReadOnlyList<TensorSpec> outputs,
        Action<FunctionBatch, CancellationToken> function,
        bool isPure = true,
        bool batches = true)
    {
        ArgumentNullException.ThrowIfNull(function);
        return builder.UseFunction(
            inputs,
            outputs,
            (batch, cancellationToken) =>
            {
                function(batch, cancellationToken);
                return ValueTask.CompletedTask;
            },
            isPure,
            batches);
    }

    /// <inheritdoc cref="UseFunction(IModelBuilder, IReadOnlyList{TensorSpec}, IReadOnlyList{TensorSpec}, Action{FunctionBatch, CancellationToken}, bool, bool)"/>
    /// <param name="builder">The model or version.</param>
    /// <param name="inputs">What callers send. Where no <see cref="TensorSpec.BatchAxis"/> is given and the first dimension is -1, rows are on axis 0.</param>
    /// <param name="outputs">What the function gives; rows as for the inputs.</param>
    /// <param name="function">
    /// Called on a thread of its own, which waits for what it awaits: one call at a time for each instance (<c>WithInstances</c>). Its token
    /// is cancelled when the version is disposed. What it throws fails the rows at fault and no others.
    /// </param>
    /// <param name="isPure">False when a call must not be repeated for some of its rows; then what it throws fails all of them.</param>
    /// <param name="batches">False calls the function once for each request, with whole tensors.</param>
    public static IModelBuilder UseFunction(
        this IModelBuilder builder,
        IReadOnlyList<TensorSpec> inputs,
        IReadOnlyList<TensorSpec> outputs,
        Func<FunctionBatch, CancellationToken, ValueTask> function,
        bool isPure = true,
        bool batches = true)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(function);
        var metadata = FunctionEngine.Describe(inputs, outputs, batches);
        var traits = new EngineTraits { IsPure = isPure };
        return builder.UseEngine((context, _) => new(new FunctionEngine(
            metadata with { Name = context.Model, Version = context.Version }, traits, context.Services, function)));
    }

    /// <summary>Serves the version with a C# function that answers a request as often as it likes: several times, once, or not at all.</summary>
    /// <param name="builder">The model or version.</param>
    /// <param name="inputs">What callers send.</param>
    /// <param name="outputs">What each answer holds.</param>
    /// <param name="function">
    /// An <c>async</c> iterator: each <c>yield return</c> is an answer, and the function goes on when the caller asks for the next. Its
    /// token is cancelled when the caller leaves, the deadline passes or the version is disposed.
    /// </param>
    /// <remarks>
    /// Nothing is batched: each request is a call of its own, at most <c>Queue:MaxQueuedRows</c> at a time (1024 by default). Answers are
    /// read with <see cref="Inference.Hosting.Capabilities.ITensorModel.InferStreamAsync"/>, and over gRPC with <c>ModelStreamInfer</c>; calls that can carry
    /// only one answer fail with Unsupported when there is not exactly one. An <see cref="Inference.Hosting.InferenceException"/> reaches the
    /// caller as it is, of any other exception only the log has the text.
    /// </remarks>
    /// <exception cref="ArgumentException">A name is used twice, or there is no output.</exception>
    public static IModelBuilder UseFunction(
        this IModelBuilder builder,
        IReadOnlyList<TensorSpec> inputs,
        IReadOnlyList<TensorSpec> outputs,
        Func<InferenceRequest, CancellationToken, IAsyncEnumerable<InferenceResponse>> function)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(function);
        var metadata = FunctionEngine.Describe(inputs, outputs, batches: false) with { IsDecoupled = true };
        return builder.UseBackend(_ => new StreamFunctionBackend(metadata, function));
    }
}
