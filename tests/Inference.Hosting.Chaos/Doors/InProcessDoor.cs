// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Tensors;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>The client of a model, called from the same process.</summary>
internal sealed class InProcessDoor(IModelCatalog catalog) : IDoor
{
    public string Name => "in-process";

    public IReadOnlyCollection<CallKind> Kinds { get; } = Enum.GetValues<CallKind>();

    public IReadOnlyList<Damage> Damages { get; } = [Damage.WrongName, Damage.MissingInput, Damage.WrongType];

    public async Task<Reply> CallAsync(Call call)
    {
        using var source = call.LeavesAfter is null ? null : new CancellationTokenSource(call.LeavesAfter.Value);
        try
        {
            var client = catalog.GetClient(call.Model);
            using var response = await client.InferAsync(Request(call), source?.Token ?? CancellationToken.None);
            return Read(response);
        }
        catch (InferenceException exception)
        {
            return new Reply(Outcomes.Of(exception.Code))
            {
                Text = exception.Message,
                RetryAfter = exception.RetryAfter is { } wait ? Math.Max(1, wait.TotalSeconds) : null,
            };
        }
        catch (OperationCanceledException) when (source?.IsCancellationRequested == true)
        {
            return new Reply(Outcome.Gone) { IsCertain = false };
        }
    }

    private static InferenceRequest Request(Call call)
    {
        var request = new InferenceRequest
        {
            Id = call.Id,
            Version = call.Version,
            QueueTimeout = call.QueueTimeout,
            Deadline = call.Deadline is { } time ? TimeProvider.System.GetUtcNow() + time : null,
            Overflow = call.Kind == CallKind.Patient ? InferenceOverflow.Wait : InferenceOverflow.Reject,
        };
        foreach (var input in V2Json.Inputs(call))
        {
            request.Inputs.Add(input.Name, InferenceTensor.FromBytes(input.DataType, ToBytes(input), TensorShape.Create(input.Shape)));
        }

        return request;
    }

    // The type may be a lie; the bytes must fit the shape all the same, else no tensor can be made of them.
    private static byte[] ToBytes(CallTensor input)
    {
        var bytes = input.ToBytes();
        Array.Resize(ref bytes, input.Data.Length * input.DataType.GetElementSize());
        return bytes;
    }

    private static Reply Read(InferenceResponse response)
    {
        var reply = new Reply(Outcome.Ok)
        {
            Version = response.Timing.Version,
            Accounted = response.Timing.Queue + response.Timing.Compute,
        };
        foreach (var (name, tensor) in response.Outputs)
        {
            V2Json.ReadBytes(reply, name, tensor.DataType.ToV2Name(), tensor.Bytes);
        }

        return reply;
    }
}
