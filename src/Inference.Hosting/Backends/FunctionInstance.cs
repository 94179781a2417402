// SPDX-License-Identifier: Apache-2.0

using System.Diagnostics.CodeAnalysis;
using Inference.Hosting.Engines;

namespace Inference.Hosting.Backends;

/// <summary>Calls a C# function with the rows of a run, on its own thread; what an asynchronous function awaits is waited for.</summary>
internal sealed class FunctionInstance : IEngineInstance
{
    private readonly ModelMetadata _metadata;
    private readonly Func<FunctionBatch, CancellationToken, ValueTask> _function;
    private readonly CancellationToken _stopping;
    private readonly FunctionBuffers _buffers;
    private readonly FunctionBatch _batch;

    public FunctionInstance(
        ModelMetadata metadata,
        IServiceProvider services,
        Func<FunctionBatch, CancellationToken, ValueTask> function,
        CancellationToken stopping)
    {
        _metadata = metadata;
        _function = function;
        _stopping = stopping;
        _buffers = new FunctionBuffers(metadata);
        _batch = new FunctionBatch(metadata, services, _buffers);
    }

    public string Device => _metadata.Devices[0];

    public void Prepare(InferenceBatch batch) => _buffers.Prepare(batch);

    public Span<byte> GetInput(int index) => _buffers.Input(index);

    [SuppressMessage("Design", "CA1031", Justification = "Whatever a user's function throws is a failed run.")]
    public void Execute(InferenceBatch batch)
    {
        _batch.Begin(batch);
        try
        {
            var task = _function(_batch, _stopping);
            if (task.IsCompleted)
            {
                task.GetAwaiter().GetResult();
            }
            else
            {
                task.AsTask().GetAwaiter().GetResult();
            }
        }
        catch (Exception exception) when (exception is not EngineException)
        {
            throw new EngineException(EngineFault.Run, $"The function failed: {exception.Message}", exception)
            {
                PublicMessage = (exception as InferenceException)?.Message,
            };
        }
        finally
        {
            _batch.End();
        }

        CheckOutputs(batch);
    }

    public ReadOnlySpan<long> GetOutputShape(int index) => _buffers.OutputShape(index);

    public ReadOnlySpan<byte> GetOutput(int index) => _buffers.Output(index);

    public void Dispose()
    {
        // Nothing native is held.
    }

    private void CheckOutputs(InferenceBatch batch)
    {
        for (var i = 0; i < _metadata.Outputs.Count; i++)
        {
            if (batch.Wants(i) && !_buffers.HasOutput(i))
            {
                throw new EngineException(EngineFault.Run, $"The function returned without output '{_metadata.Outputs[i].Name}'.")
                {
                    PublicMessage = $"The model gave no output '{_metadata.Outputs[i].Name}'.",
                };
            }
        }
    }
}
