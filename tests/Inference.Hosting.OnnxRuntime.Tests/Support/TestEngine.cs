// SPDX-License-Identifier: Apache-2.0

using System.Runtime.InteropServices;
using Inference.Hosting.Engines;
using Inference.Hosting.OnnxRuntime.Sessions;
using Inference.Hosting.Tensors;
using Inference.Hosting.Testing;
using Inference.Hosting.TestSupport;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace Inference.Hosting.OnnxRuntime.Tests.Support;

/// <summary>An engine with one instance, driven as the batched backend drives it: proof first, then prepare, fill, execute, read.</summary>
internal sealed class TestEngine : IDisposable
{
    private InferenceBatch _batch;

    public TestEngine(OnnxModelWriter model, Action<OnnxRuntimeOptions>? configure = null, ILogger? logger = null)
        : this(new ModelSource(null, model.ToBytes()), configure, logger)
    {
    }

    public TestEngine(ModelSource source, Action<OnnxRuntimeOptions>? configure = null, ILogger? logger = null)
    {
        Engine = Load(source, configure, logger);
        Instance = (OnnxEngineInstance)Engine.CreateInstance(0);
        Metadata = Engine.Prove(Instance);
        _batch = new InferenceBatch(Metadata);
    }

    public OnnxEngine Engine { get; }

    public OnnxEngineInstance Instance { get; }

    public ModelMetadata Metadata { get; }

    public static OnnxEngine Load(ModelSource source, Action<OnnxRuntimeOptions>? configure = null, ILogger? logger = null)
    {
        var options = new OnnxRuntimeOptions();
        configure?.Invoke(options);
        return new OnnxEngineLoader("model", "1", options, logger ?? NullLogger.Instance).Load(source, CancellationToken.None);
    }

    public static OnnxEngine Load(OnnxModelWriter model, Action<OnnxRuntimeOptions>? configure = null, ILogger? logger = null)
        => Load(new ModelSource(null, model.ToBytes()), configure, logger);

    /// <summary>Runs tensors by name and returns copies of the outputs, all of them unless some are named.</summary>
    public Dictionary<string, InferenceTensor> Run(TensorCollection inputs, params string[] outputs)
    {
        Prepare(inputs, outputs);
        Instance.Execute(_batch);
        var results = new Dictionary<string, InferenceTensor>();
        for (var i = 0; i < Metadata.Outputs.Count; i++)
        {
            if (_batch.Wants(i))
            {
                results[Metadata.Outputs[i].Name] = InferenceTensor.FromBytes(
                    Metadata.Outputs[i].DataType, Instance.GetOutput(i).ToArray(), Instance.GetOutputShape(i).ToArray());
            }
        }

        return results;
    }

    /// <summary>Everything up to the run.</summary>
    public InferenceBatch Prepare(TensorCollection inputs, params string[] outputs)
    {
        Describe(inputs, outputs);
        Instance.Prepare(_batch);
        foreach (var (name, tensor) in inputs)
        {
            tensor.Bytes.CopyTo(Instance.GetInput(IndexOf(Metadata.Inputs, name)));
        }

        return _batch;
    }

    /// <summary>Tells the batch what is in it.</summary>
    public InferenceBatch Describe(TensorCollection inputs, params string[] outputs)
    {
        var rows = Metadata.SupportsBatching
            ? (int)inputs.Max(input => Metadata.Inputs[IndexOf(Metadata.Inputs, input.Key)].BatchAxis is { } axis ? input.Value.Shape[axis] : 0)
            : 1;
        _batch.Begin(rows);
        foreach (var (name, tensor) in inputs)
        {
            _batch.SetInput(IndexOf(Metadata.Inputs, name), tensor.Shape.Dimensions, tensor.ByteLength);
        }

        for (var i = 0; i < Metadata.Outputs.Count; i++)
        {
            if (outputs.Length == 0 || outputs.Contains(Metadata.Outputs[i].Name))
            {
                _batch.Want(i);
            }
        }

        return _batch;
    }

    public void Dispose()
    {
        Instance.Dispose();
        Engine.DisposeAsync().AsTask().GetAwaiter().GetResult();
    }

    private static int IndexOf(IReadOnlyList<TensorSpec> specs, string name)
        => specs.Select((spec, i) => (spec, i)).First(pair => pair.spec.Name == name).i;
}
