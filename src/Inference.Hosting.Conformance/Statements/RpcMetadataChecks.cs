// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Grpc.Protos;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Metadata over gRPC.</summary>
internal static class RpcMetadataChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rpc("server-metadata", Required, Sections.RpcServerMetadata, "ServerMetadata answers the server's name", async run =>
            Expect.That((await run.Rpc.ServerMetadataAsync().ConfigureAwait(false)).Name.Length > 0, "'name' is empty")),
        Check.RpcModel("model-metadata", Required, Sections.RpcModelMetadata, "ModelMetadata answers name, inputs and outputs", async (run, model) =>
        {
            var answer = await run.Rpc.ModelMetadataAsync(model.Name).ConfigureAwait(false);
            Expect.Equal(model.Name, answer.Name, "'name'");
            Expect.That(Tensors(answer).All(tensor => tensor.Name.Length > 0), "a tensor has no name");
        }),
        Check.RpcModel("model-metadata.datatypes", Required, Sections.DataTypes, "every datatype of the metadata is one of the protocol's", async (run, model) =>
        {
            foreach (var tensor in Tensors(await run.Rpc.ModelMetadataAsync(model.Name).ConfigureAwait(false)))
            {
                Expect.That(TensorDataTypes.TryParse(tensor.Datatype, out _), $"'{tensor.Name}' has the datatype '{tensor.Datatype}'");
            }
        }),
        Check.RpcModel("model-metadata.shapes", Required, Sections.RpcModelMetadata, "every dimension of the metadata is a size, or -1 where it is free", async (run, model) =>
        {
            foreach (var tensor in Tensors(await run.Rpc.ModelMetadataAsync(model.Name).ConfigureAwait(false)))
            {
                Expect.That(tensor.Shape.All(dimension => dimension >= -1), $"'{tensor.Name}' has the shape [{string.Join(',', tensor.Shape)}]");
            }
        }),
        Check.RpcModel("model-metadata.version", Required, Sections.RpcModelMetadata, "ModelMetadata describes a version that it lists", async (run, model) =>
        {
            var version = RestHealthChecks.Versions(model)[^1];
            Expect.Equal(model.Name, (await run.Rpc.ModelMetadataAsync(model.Name, Uri.UnescapeDataString(version)).ConfigureAwait(false)).Name, "'name'");
        }),
        Check.Rpc("model-metadata.unknown", Required, Sections.RpcModelMetadata, "metadata of a model that is not there is an error", async run =>
            (await run.Rpc.FindModelAsync(RestHealthChecks.Unknown).ConfigureAwait(false)).Error()),
        Check.RpcModel("model-metadata.unknown-version", Required, Sections.RpcModelMetadata, "metadata of a version that is not there is an error", async (run, model) =>
        {
            RestHealthChecks.Versions(model);
            (await run.Rpc.FindModelAsync(model.Name, RestHealthChecks.UnknownVersion).ConfigureAwait(false)).Error();
        }),
        Check.Rpc("model-metadata.not-found", Recommended, Sections.Practice, "metadata of a model that is not there is NOT_FOUND", async run =>
            Expect.Equal(StatusCode.NotFound, (await run.Rpc.FindModelAsync(RestHealthChecks.Unknown).ConfigureAwait(false)).Status, "the status")),
    ];

    private static IEnumerable<ModelMetadataResponse.Types.TensorMetadata> Tensors(ModelMetadataResponse answer) => answer.Inputs.Concat(answer.Outputs);
}
