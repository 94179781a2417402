// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Conformance.Checking;

namespace Inference.Hosting.Conformance.Rpc;

/// <summary>What came back over gRPC: a message, or a status that the server sent.</summary>
internal sealed record RpcAnswer<T>(StatusCode Status, string Detail, T? Message)
    where T : class
{
    public bool IsOk => Status == StatusCode.OK;

    /// <summary>Expects success.</summary>
    public T Ok()
    {
        Expect.That(IsOk && Message is not null, $"the status is {Status} ('{Detail}') instead of OK");
        return Message;
    }

    /// <summary>Expects a failure.</summary>
    public StatusCode Error()
    {
        Expect.That(!IsOk, "the status is OK instead of an error's");
        return Status;
    }
}
