// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Tensors;
using Inference.Hosting.Grpc.Protos;

namespace Inference.Hosting.Conformance.Rpc;

/// <summary>Good requests over gRPC, found by trying inputs that fit the metadata.</summary>
internal static class RpcSample
{
    /// <summary>Finds inputs that the model takes; raw, since every datatype can travel so.</summary>
    public static async Task<ModelInferResponse> FindAsync(ConformanceRun run, ServedModel model)
    {
        Expect.Need(model.Fault is null, model.Fault ?? "");
        RpcAnswer<ModelInferResponse>? answer = null;
        foreach (var inputs in InputMaker.Make(model.Inputs))
        {
            answer = await run.Rpc.InferAsync(RpcTensors.Request(model.Name, inputs, raw: true)).ConfigureAwait(false);
            if (answer.IsOk)
            {
                model.Rpc = new Sample(inputs, RpcTensors.Outputs(answer.Ok()));
                return answer.Ok();
            }
        }

        Expect.That(!model.IsGenerated, $"the status is {answer!.Status} ('{answer.Detail}') instead of OK, though the inputs fit the metadata");
        throw new NotCheckedException($"it refuses all inputs made from its metadata: {answer.Status} ('{answer.Detail}')");
    }

    /// <summary>The good request that was found before.</summary>
    public static Sample NeedRpcSample(this ServedModel model)
    {
        Expect.Need(model.Rpc is not null, model.Fault ?? "no good request is known: see grpc.infer.raw");
        return model.Rpc;
    }

    /// <summary>The outputs of a good request.</summary>
    public static async Task<List<WireTensor>> RpcOutputsAsync(this ConformanceRun run, ModelInferRequest request)
        => RpcTensors.Outputs((await run.Rpc.InferAsync(request).ConfigureAwait(false)).Ok());
}
