// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Capabilities;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.AspNetCore.Tests.Support;

/// <summary>A model whose answers a test gives, with the metadata of a loaded one.</summary>
internal sealed class FakeModel(
    string name, ModelMetadata metadata, Func<InferenceRequest, CancellationToken, ValueTask<InferenceResponse>> infer) : IInferenceClient
{
    private int _calls;

    public string Model => name;

    public ModelMetadata Metadata => metadata;

    public ModelInfo Info { get; set; } = new(name, [new ModelVersionInfo(metadata.Version, ModelState.Ready) { Metadata = metadata }])
    {
        Default = new ModelVersionInfo(metadata.Version, ModelState.Ready) { Metadata = metadata },
    };

    public ModelStatistics? Statistics { get; set; }

    public int Calls => _calls;

    /// <summary>The context of the last call.</summary>
    public InferenceContext? Context { get; private set; }

    /// <summary>What the last request held beside tensors.</summary>
    public (string? Id, int Priority, TimeSpan? QueueTimeout, IReadOnlyDictionary<string, object>? Parameters) Last { get; private set; }

    public ValueTask<ModelLease> AcquireAsync(CancellationToken cancellationToken = default) => throw new NotSupportedException();

    public ValueTask<InferenceResponse> InferAsync(InferenceRequest request, CancellationToken cancellationToken = default)
    {
        Interlocked.Increment(ref _calls);
        Context = InferenceContext.Current;
        Last = (request.Id, request.Priority, request.QueueTimeout, request.Parameters);
        return infer(request, cancellationToken);
    }

    /// <summary>Answers each input as an output of the same name; inputs are copied, as a batcher would.</summary>
    public static FakeModel Identity(string name, params TensorSpec[] specs)
        => new(name, new ModelMetadata(name, "1", specs, specs), (request, _) => new(Copy(request.Inputs)));

    public static InferenceResponse Copy(TensorCollection inputs)
    {
        TensorCollection outputs = [];
        foreach (var (input, tensor) in inputs)
        {
            outputs.Add(input, InferenceTensor.FromBytes(tensor.DataType, tensor.Bytes.ToArray(), tensor.Shape));
        }

        return new InferenceResponse(outputs, new InferenceTiming
        {
            Version = "1",
            Queue = TimeSpan.FromMicroseconds(120),
            Compute = TimeSpan.FromMicroseconds(1300),
            BatchSize = 8,
            CloseReason = BatchCloseReason.Drained,
            Device = "cpu",
        });
    }
}
