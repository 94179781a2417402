// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Benchmarks.Models;

namespace Inference.Hosting.Benchmarks.Wire;

/// <summary>V2 over REST with binary tensors, in the name of a tenant. A refusal ends the benchmark.</summary>
internal sealed class TenantWay(string tenant) : HttpWay
{
    private readonly string _authorization = TenantServer.MakeHeader(tenant);

    public override string Name => tenant;

    protected override byte[] MakeRequest(WireModel model, Payload payload)
    {
        var body = RestBinaryWay.MakeBody(payload, out var jsonLength);
        return HttpConnection.MakePost(
            $"/v2/models/{model.Key}/infer", "application/octet-stream", body, RestBinaryWay.MakeHeader(jsonLength), _authorization);
    }

    protected override float[]? ReadOutput(ReadOnlySpan<byte> body) => null;
}
