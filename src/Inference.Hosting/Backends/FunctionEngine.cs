// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Engines;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Backends;

/// <summary>A C# function as an engine: what <c>UseFunction</c> puts behind the batcher.</summary>
internal sealed class FunctionEngine : IInferenceEngine
{
    private readonly IServiceProvider _services;
    private readonly Func<FunctionBatch, CancellationToken, ValueTask> _function;
    private readonly CancellationTokenSource _stopping = new();

    public FunctionEngine(
        ModelMetadata metadata, EngineTraits traits, IServiceProvider services, Func<FunctionBatch, CancellationToken, ValueTask> function)
    {
        Metadata = metadata;
        Traits = traits;
        _services = services;
        _function = function;
    }

    public ModelMetadata Metadata { get; }

    public EngineTraits Traits { get; }

    /// <summary>What a function says of itself, from the specs it was registered with.</summary>
    /// <param name="inputs">Where no batch axis is given and the first dimension is -1, rows are on axis 0.</param>
    /// <param name="outputs">As the inputs.</param>
    /// <param name="batches">False calls the function once for each request, with whole tensors.</param>
    /// <exception cref="ArgumentException">A name is used twice, there is no output, or a batching function has rows on some tensors only.</exception>
    public static ModelMetadata Describe(IReadOnlyList<TensorSpec> inputs, IReadOnlyList<TensorSpec> outputs, bool batches)
    {
        CheckNames(inputs, "input");
        CheckNames(outputs, "output");
        if (outputs.Count == 0)
        {
            throw new ArgumentException("A function needs at least one output.", nameof(outputs));
        }

        TensorSpec[] stackedInputs = [.. inputs.Select(input => batches ? Stack(input) : input)];
        TensorSpec[] stackedOutputs = [.. outputs.Select(output => batches ? Stack(output) : output)];
        batches &= stackedInputs.Any(input => input.BatchAxis is not null);
        if (batches && stackedOutputs.FirstOrDefault(output => output.BatchAxis is null) is { } rowless)
        {
            throw new ArgumentException(
                $"Output '{rowless.Name}' with shape {rowless.Shape} has no rows although inputs have: make its first dimension -1, set its BatchAxis, or register the function with batches: false.",
                nameof(outputs));
        }

        return new ModelMetadata("", "", stackedInputs, stackedOutputs)
        {
            Platform = "inference_hosting_function",
            SupportsBatching = batches,
            MaxBatchSize = batches ? int.MaxValue : 1,
            Devices = ["cpu"],
        };
    }

    public IEngineInstance CreateInstance(int index) => new FunctionInstance(Metadata, _services, _function, _stopping.Token);

    public void Stop() => _stopping.Cancel();

    public ValueTask DisposeAsync()
    {
        _stopping.Dispose();
        return ValueTask.CompletedTask;
    }

    private static TensorSpec Stack(TensorSpec spec)
        => spec.BatchAxis is null && spec.Shape.Rank > 0 && spec.Shape[0] == -1 ? spec with { BatchAxis = 0 } : spec;

    private static void CheckNames(IReadOnlyList<TensorSpec> specs, string kind)
    {
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var spec in specs)
        {
            if (!names.Add(spec.Name))
            {
                throw new ArgumentException($"Two {kind}s are named '{spec.Name}': give each its own name.");
            }
        }
    }
}
