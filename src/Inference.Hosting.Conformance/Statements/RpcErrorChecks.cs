// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Wrong requests over gRPC. Required is an error; that it is INVALID_ARGUMENT, or NOT_FOUND, is what clients hope for.</summary>
internal static class RpcErrorChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        Wrong("error.mixed", Recommended, Sections.RpcTensorData, "contents beside raw_input_contents are an error", request =>
            request.Inputs[0].Contents = new InferTensorContents { IntContents = { 1 } }),
        Wrong("error.raw-count", Recommended, Sections.RpcTensorData, "raw_input_contents that are not one for each input are an error", request =>
            request.RawInputContents.Add(ByteString.CopyFrom(1, 2, 3, 4))),
        Wrong("error.less-data", Required, Sections.RpcTensorData, "fewer bytes than shape and datatype say are an error", request =>
            request.RawInputContents[0] = ByteString.CopyFrom(request.RawInputContents[0].Span[..^1])),
        Wrong("error.datatype", Required, Sections.DataTypes, "a datatype that the protocol does not know is an error", request =>
            request.Inputs[0].Datatype = "INT322"),
        Wrong("error.negative-shape", Required, Sections.RpcInference, "a negative dimension is an error", Negative),
        Check.RpcModel("error.typed-count", Required, Sections.RpcTensorData, "more typed contents than the shape says are an error", async (run, model) =>
            (await run.Rpc.InferAsync(MoreTyped(model)).ConfigureAwait(false)).Error()),
        Check.Rpc("error.unknown-model", Required, Sections.RpcInference, "inference on a model that is not there is an error", async run =>
            (await run.Rpc.InferAsync(Unknown()).ConfigureAwait(false)).Error()),
        Check.RpcModel("error.unknown-version", Required, Sections.RpcInference, "inference on a version that is not there is an error", async (run, model) =>
        {
            RestHealthChecks.Versions(model);
            var request = Good(model);
            request.ModelVersion = RestHealthChecks.UnknownVersion;
            (await run.Rpc.InferAsync(request).ConfigureAwait(false)).Error();
        }),
        Check.RpcModel("error.recovers", Required, Sections.RpcInference, "after a wrong request a good one is answered as before", async (run, model) =>
        {
            var wrong = Good(model);
            Negative(wrong);
            await run.Rpc.InferAsync(wrong).ConfigureAwait(false);
            (await run.Rpc.InferAsync(Good(model)).ConfigureAwait(false)).Ok();
        }),
        Check.Rpc("error.half-typed", Required, Sections.RpcTensorData, "FP16 in typed contents, which have no field for it, is an error", async run =>
        {
            var request = RpcTensors.Request(run.Generated(ConformanceModels.Halves).Name, [Vectors.Halves("INPUT")], raw: false);
            (await run.Rpc.InferAsync(request).ConfigureAwait(false)).Error();
        }),
        Check.Rpc("error.not-found", Recommended, Sections.Practice, "inference on a model that is not there is NOT_FOUND", async run =>
            Expect.Equal(StatusCode.NotFound, (await run.Rpc.InferAsync(Unknown()).ConfigureAwait(false)).Status, "the status")),
        Check.RpcModel("error.invalid-argument", Recommended, Sections.Practice, "a wrong count, datatype or dimension is INVALID_ARGUMENT", async (run, model) =>
        {
            var (count, datatype, dimension) = (MoreTyped(model), Good(model), Good(model));
            datatype.Inputs[0].Datatype = "INT322";
            Negative(dimension);
            foreach (var request in new[] { count, datatype, dimension })
            {
                Expect.Equal(StatusCode.InvalidArgument, (await run.Rpc.InferAsync(request).ConfigureAwait(false)).Status, "the status");
            }
        }),
        Wrong("error.unknown-output", Recommended, Sections.RpcInference, "an output that the model does not have is an error", request =>
            request.Outputs.Add(new ModelInferRequest.Types.InferRequestedOutputTensor { Name = "conformance_no_such_output" })),
        Wrong("error.unknown-input", Recommended, Sections.RpcInference, "an input that the model does not have is an error", request =>
        {
            var extra = request.Inputs[0].Clone();
            extra.Name = "conformance_no_such_input";
            request.Inputs.Add(extra);
            request.RawInputContents.Add(request.RawInputContents[0]);
        }),
    ];

    private static Check Wrong(string id, StatementLevel level, string section, string text, Action<ModelInferRequest> spoil)
        => Check.RpcModel(id, level, section, text, async (run, model) =>
        {
            var request = Good(model);
            spoil(request);
            (await run.Rpc.InferAsync(request).ConfigureAwait(false)).Error();
        });

    private static ModelInferRequest Good(ServedModel model) => RpcTensors.Request(model.Name, model.NeedRpcSample().Inputs, raw: true);

    private static void Negative(ModelInferRequest request)
    {
        var shape = request.Inputs[0].Shape;
        if (shape.Count == 0)
        {
            shape.Add(-1);
        }

        shape[0] = -1;
    }

    private static ModelInferRequest MoreTyped(ServedModel model)
    {
        var sample = model.NeedRpcSample();
        Expect.Need(model.IsJson, "it has halves (FP16, BF16), which travel raw only");
        var first = sample.Inputs[0];
        var more = first with { Raw = first.Raw.Length == 0 ? new byte[Math.Max(4, first.Type.GetElementSize())] : [.. first.Raw, .. first.Raw] };
        return RpcTensors.Request(model.Name, [more, .. sample.Inputs.Skip(1)], raw: false);
    }

    private static ModelInferRequest Unknown() => RpcTensors.Request(RestHealthChecks.Unknown, [Tensors.WireTensor.Of("x", [1], 1f)], raw: true);
}
