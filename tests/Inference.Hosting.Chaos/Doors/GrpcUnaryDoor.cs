// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Grpc.Net.Client;
using Inference.Hosting.Chaos.Calls;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Chaos.Doors;

/// <summary>V2 over gRPC, one call at a time.</summary>
internal sealed class GrpcUnaryDoor(GrpcChannel channel) : IDoor
{
    private readonly GRPCInferenceService.GRPCInferenceServiceClient _client = new(channel);

    public string Name => "grpc";

    public IReadOnlyCollection<CallKind> Kinds { get; } =
    [
        CallKind.Good, CallKind.Large, CallKind.Pinned, CallKind.Cancelled, CallKind.Timeout, CallKind.Deadline, CallKind.Overload, CallKind.Poison,
        CallKind.Bad, CallKind.Unknown, CallKind.TooLarge,
    ];

    public IReadOnlyList<Damage> Damages { get; } = [Damage.WrongName, Damage.MissingInput, Damage.WrongCount, Damage.CutBody];

    public async Task<Reply> CallAsync(Call call)
    {
        using var source = call.LeavesAfter is null ? null : new CancellationTokenSource(call.LeavesAfter.Value);
        DateTime? deadline = call.Deadline is { } time ? TimeProvider.System.GetUtcNow().UtcDateTime + time : null;
        try
        {
            return GrpcMessages.Read(await _client.ModelInferAsync(
                GrpcMessages.Write(call), deadline: deadline, cancellationToken: source?.Token ?? CancellationToken.None));
        }
        catch (RpcException exception)
        {
            return GrpcMessages.Fail(call, exception);
        }
        catch (OperationCanceledException) when (source?.IsCancellationRequested == true)
        {
            return new Reply(Outcome.Gone) { IsCertain = false };
        }
    }
}
