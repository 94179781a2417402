// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Tensors;
using Microsoft.Extensions.DependencyInjection;

namespace Inference.Hosting.Remote.Tests.V2.Support;

/// <summary>A model that answers when it is told to, and knows who waits and who left.</summary>
internal sealed class Gate
{
    private readonly TaskCompletionSource _open = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _inside;
    private int _left;

    public int Inside => Volatile.Read(ref _inside);

    /// <summary>Calls that ended before the gate was opened.</summary>
    public int Left => Volatile.Read(ref _left);

    public void Open() => _open.TrySetResult();

    /// <summary>Serves it, at most some calls at a time.</summary>
    public void Add(IServiceCollection services, string name, int most = 100)
        => services.AddModel(name)
            .UseFunction([new("x", TensorDataType.Int32, [1])], [new("y", TensorDataType.Int32, [1])], PassAsync)
            .WithQueue(options => options.MaxQueuedRows = most);

    public static InferenceRequest Request(int value = 1) => new() { Inputs = { { "x", InferenceTensor.Create([value], 1) } } };

    private async IAsyncEnumerable<InferenceResponse> PassAsync(
        InferenceRequest request, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _inside);
        try
        {
            await _open.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _left);
            throw;
        }
        finally
        {
            Interlocked.Decrement(ref _inside);
        }

        yield return new InferenceResponse(new TensorCollection { { "y", InferenceTensor.Create(request.Inputs["x"].ToArray<int>(), 1) } });
    }
}
