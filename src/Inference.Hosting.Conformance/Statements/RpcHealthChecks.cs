// SPDX-License-Identifier: Apache-2.0

using Grpc.Core;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Grpc.Protos.Health;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Health over gRPC.</summary>
internal static class RpcHealthChecks
{
    private const string Unknown = RestHealthChecks.Unknown;

    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rpc("live", Required, Sections.RpcHealth, "ServerLive answers live", async run =>
            Expect.That((await run.Rpc.LiveAsync().ConfigureAwait(false)).Ok().Live, "'live' is false")),
        Check.Rpc("ready", Required, Sections.RpcHealth, "ServerReady answers whether the server is ready", async run =>
        {
            var answer = await run.Rpc.ReadyAsync().ConfigureAwait(false);
            Expect.Need(answer.Ok().Ready, "the server says that it is not ready");
        }),
        Check.RpcModel("model-ready", Required, Sections.RpcHealth, "ModelReady answers ready for a model that serves", async (run, model) =>
        {
            string? reason = null;
            try
            {
                await RpcSample.FindAsync(run, model).ConfigureAwait(false);
            }
            catch (Exception fault) when (fault is StatementFailedException or NotCheckedException)
            {
                reason = fault.Message;
            }

            var isReady = (await run.Rpc.ModelReadyAsync(model.Name).ConfigureAwait(false)).Ok().Ready;
            Expect.Need(isReady || reason is null, $"it says that it is not ready, and may be right: {reason}");
            Expect.That(isReady, "'ready' is false, though the model serves");
        }),
        Check.RpcModel("model-ready.version", Required, Sections.RpcHealth, "ModelReady answers ready for a version that the metadata lists", async (run, model) =>
        {
            model.NeedRpcSample();
            Expect.Need(model.Versions.Count > 0, "its metadata lists no versions");
            foreach (var version in model.Versions)
            {
                if ((await run.Rpc.ModelReadyAsync(model.Name, version).ConfigureAwait(false)) is { IsOk: true, Message.Ready: true })
                {
                    return;
                }
            }

            Expect.Fail("no version that the metadata lists is ready, though the model serves");
        }),
        Check.Rpc("model-ready.unknown", Required, Sections.RpcHealth, "a model that is not there is not ready: false, or an error", async run =>
            NotReady(await run.Rpc.ModelReadyAsync(Unknown).ConfigureAwait(false))),
        Check.RpcModel("model-ready.unknown-version", Required, Sections.RpcHealth, "a version that is not there is not ready: false, or an error", async (run, model) =>
        {
            RestHealthChecks.Versions(model);
            NotReady(await run.Rpc.ModelReadyAsync(model.Name, RestHealthChecks.UnknownVersion).ConfigureAwait(false));
        }),
        Check.Rpc("model-ready.false", Recommended, Sections.Practice, "readiness of a model that is not there is OK and false", async run =>
            Expect.That(!(await run.Rpc.ModelReadyAsync(Unknown).ConfigureAwait(false)).Ok().Ready, "'ready' is true")),
        Check.Rpc("health", Recommended, Sections.GrpcHealth, "grpc.health.v1 says SERVING of the server when ServerReady says ready", async run =>
        {
            Expect.Need((await run.Rpc.ReadyAsync().ConfigureAwait(false)).Ok().Ready, "the server says that it is not ready");
            var answer = await run.Rpc.HealthAsync("").ConfigureAwait(false);
            Expect.Need(answer.Status != StatusCode.Unimplemented, "not offered: the server does not implement it");
            Expect.Equal(HealthCheckResponse.Types.ServingStatus.Serving, answer.Ok().Status, "the status");
        }),
        Check.Rpc("health.unknown", Recommended, Sections.GrpcHealth, "a service that is not there is NOT_FOUND, or SERVICE_UNKNOWN", async run =>
        {
            var answer = await run.Rpc.HealthAsync(Unknown).ConfigureAwait(false);
            Expect.Need(answer.Status != StatusCode.Unimplemented, "not offered: the server does not implement it");
            Expect.That(
                answer.Status == StatusCode.NotFound || answer.Message?.Status == HealthCheckResponse.Types.ServingStatus.ServiceUnknown,
                $"the status is {answer.Status} {answer.Message?.Status}");
        }),
    ];

    private static void NotReady(RpcAnswer<Inference.Hosting.Grpc.Protos.ModelReadyResponse> answer)
        => Expect.That(answer.Message is not { Ready: true }, "'ready' is true");
}
