// SPDX-License-Identifier: Apache-2.0

using Google.Protobuf;
using Grpc.Core;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Grpc.Protos.Health;

namespace Inference.Hosting.Conformance.Tests.Support;

/// <summary>A server that breaks statements over gRPC.</summary>
/// <param name="Name">What is wrong with it.</param>
/// <param name="Breaks">The statements that must be found not to hold, among others.</param>
/// <param name="Before">Changes requests.</param>
/// <param name="After">Changes answers.</param>
internal sealed record BrokenRpcServer(
    string Name, string[] Breaks, Action<string, IMessage>? Before = null, Func<string, RpcServer.Result, RpcServer.Result>? After = null)
{
    public static IReadOnlyList<BrokenRpcServer> All { get; } =
    [
        Wrong<ServerLiveResponse>("is dead", ["grpc.live"], answer => answer.Live = false),
        new("does not know whether it is ready", ["grpc.ready"], After: (method, result) =>
            method == "ServerReady" ? new(null, new Status(StatusCode.Internal, "no")) : result),
        Wrong<ModelReadyResponse>("has no model ready", ["grpc.model-ready", "grpc.model-ready.version"], answer => answer.Ready = false),
        Wrong<ModelReadyResponse>("has every model ready", ["grpc.model-ready.unknown", "grpc.model-ready.unknown-version", "grpc.model-ready.false"], answer => answer.Ready = true),
        Wrong<HealthCheckResponse>("serves nothing", ["grpc.health"], answer => answer.Status = HealthCheckResponse.Types.ServingStatus.NotServing),
        new("serves any service", ["grpc.health.unknown"], Before: (_, request) =>
        {
            if (request is HealthCheckRequest check)
            {
                check.Service = "";
            }
        }),
        Wrong<ServerMetadataResponse>("has no name", ["grpc.server-metadata"], answer => answer.Name = ""),
        Wrong<ModelMetadataResponse>("describes another model", ["grpc.model-metadata", "grpc.model-metadata.version"], answer => answer.Name = "other"),
        Wrong<ModelMetadataResponse>("calls a type FLOAT", ["grpc.model-metadata.datatypes"], answer => answer.Outputs[0].Datatype = "FLOAT"),
        Wrong<ModelMetadataResponse>("has -2 for a free dimension", ["grpc.model-metadata.shapes"], answer => answer.Outputs[0].Shape[0] = -2),
        new(
            "answers errors with OK",
            [
                "grpc.model-metadata.unknown", "grpc.model-metadata.unknown-version", "grpc.model-metadata.not-found", "grpc.error.mixed", "grpc.error.raw-count",
                "grpc.error.less-data", "grpc.error.datatype", "grpc.error.negative-shape", "grpc.error.typed-count", "grpc.error.unknown-model",
                "grpc.error.unknown-version", "grpc.error.half-typed", "grpc.error.not-found", "grpc.error.invalid-argument", "grpc.error.unknown-output",
                "grpc.error.unknown-input",
            ],
            After: (method, result) => result.Status.StatusCode == StatusCode.OK ? result
                : new(method == "ModelMetadata" ? new ModelMetadataResponse() : new ModelInferResponse(), Status.DefaultSuccess)),
        new("calls every error INTERNAL", ["grpc.error.not-found", "grpc.error.invalid-argument", "grpc.model-metadata.not-found"], After: (_, result) =>
            result.Status.StatusCode == StatusCode.OK ? result : new(null, new Status(StatusCode.Internal, result.Status.Detail))),
        StopsAfterAnError(),
        Wrong<ModelInferResponse>("does not name the model", ["grpc.infer.raw"], answer => answer.ModelName = ""),
        new("refuses typed contents", ["grpc.infer.typed", "grpc.vector.types.typed", "grpc.vector.add-sub"], Before: (_, request) =>
        {
            if (request is ModelInferRequest { RawInputContents.Count: 0 })
            {
                throw new RpcException(new Status(StatusCode.InvalidArgument, "no"));
            }
        }),
        Wrong<ModelInferResponse>("answers one output", ["grpc.infer.all-outputs"], answer =>
        {
            while (answer.Outputs.Count > 1)
            {
                answer.Outputs.RemoveAt(1);
                answer.RawOutputContents.RemoveAt(1);
            }
        }),
        Wrong<ModelInferResponse>("flattens shapes", ["grpc.infer.outputs-fit"], answer =>
        {
            foreach (var output in answer.Outputs)
            {
                var size = output.Shape.Aggregate((a, b) => a * b);
                output.Shape.Clear();
                output.Shape.Add(size);
            }
        }),
        Wrong<ModelInferResponse>("has an id of its own", ["grpc.infer.id"], answer => answer.Id = "7"),
        new("does not look at outputs", ["grpc.infer.one-output", "grpc.classification"], Before: (_, request) => (request as ModelInferRequest)?.Outputs.Clear()),
        Wrong<ModelInferResponse>("answers with another version", ["grpc.infer.version"], answer => answer.ModelVersion = "2"),
        Wrong<ModelInferResponse>("answers in typed contents", ["grpc.infer.form"], answer =>
        {
            if (answer.Outputs.All(output => output.Datatype != "FP16"))
            {
                foreach (var (output, tensor) in answer.Outputs.Zip(RpcTensors.Outputs(answer)))
                {
                    output.Contents = RpcTensors.Contents(tensor);
                }

                answer.RawOutputContents.Clear();
            }
        }),
        Wrong<ModelInferResponse>(
            "mangles data", ["grpc.vector.add-sub", "grpc.vector.types.raw", "grpc.vector.types.typed", "grpc.vector.half", "grpc.vector.not-finite"], answer =>
            {
                for (var i = 0; i < answer.RawOutputContents.Count; i++)
                {
                    byte[] raw = [.. answer.RawOutputContents[i]];
                    raw[^1] ^= 0x55;
                    answer.RawOutputContents[i] = ByteString.CopyFrom(raw);
                }
            }),
        Wrong<ModelConfigResponse>("configures another model", ["grpc.config"], answer => answer.Config.Name = "other"),
        Wrong<ModelStatisticsResponse>("cannot add", ["grpc.statistics"], answer => answer.ModelStats[0].InferenceCount += 1),
        Wrong<RepositoryIndexResponse>("has an empty repository", ["grpc.repository.index"], answer => answer.Models.Clear()),
        new("ends the stream at an error", ["grpc.stream"], After: (method, result) =>
            method == "ModelStreamInfer" && result.Message is ModelStreamInferResponse { ErrorMessage.Length: > 0 } ? new(null, new Status(StatusCode.Internal, "no")) : result),
        Wrong<ServerMetadataResponse>("is another server over gRPC", ["doors.server"], answer => answer.Version = "7"),
        Wrong<ModelMetadataResponse>("describes models otherwise over gRPC", ["doors.metadata"], answer => answer.Platform = "other_other"),
        Wrong<ModelInferResponse>("computes otherwise over gRPC", ["doors.infer"], answer =>
        {
            byte[] raw = [.. answer.RawOutputContents[0]];
            raw[0] ^= 0x01;
            answer.RawOutputContents[0] = ByteString.CopyFrom(raw);
        }),
    ];

    private static BrokenRpcServer Wrong<T>(string name, string[] breaks, Action<T> spoil)
        where T : class, IMessage
        => new(name, breaks, After: (_, result) =>
        {
            if (result.Message is T answer)
            {
                spoil(answer);
            }

            return result;
        });

    private static BrokenRpcServer StopsAfterAnError()
    {
        var isBroken = false;
        return new(
            "stops after an error",
            ["grpc.error.recovers"],
            (_, request) =>
            {
                if (request is ModelInferRequest && isBroken)
                {
                    isBroken = false;
                    throw new RpcException(new Status(StatusCode.Internal, "no"));
                }
            },
            (_, result) =>
            {
                isBroken = result.Status.StatusCode == StatusCode.InvalidArgument;
                return result;
            });
    }
}
