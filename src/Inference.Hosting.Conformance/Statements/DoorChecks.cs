// SPDX-License-Identifier: Apache-2.0

using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Rpc;
using Inference.Hosting.Conformance.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>What a server says over one door it says over the other: "The GRPC API closely follows the concepts defined in the HTTP/REST API".</summary>
internal static class DoorChecks
{
    private const string Section = "OIP gRPC";

    public static IReadOnlyList<Check> All { get; } =
    [
        Both("server", "REST and gRPC name the same server, version and extensions", async run =>
        {
            var rest = (await run.Rest.GetAsync("v2").ConfigureAwait(false)).Ok().Json();
            var rpc = await run.Rpc.ServerMetadataAsync().ConfigureAwait(false);
            Expect.Equal(Json.String(rest, "name"), rpc.Name, "the name over gRPC");
            Expect.Equal(Json.String(rest, "version"), rpc.Version, "the version over gRPC");
            Expect.Equal(Sorted(Json.Strings(rest, "extensions")), Sorted(rpc.Extensions), "the list of extensions over gRPC");
        }),
        Both("metadata", "REST and gRPC describe a model alike", run => run.EachModelAsync(async (_, model) =>
        {
            var rest = (await run.Rest.GetAsync(model.Path).ConfigureAwait(false)).Ok().Json();
            var rpc = await run.Rpc.ModelMetadataAsync(model.Name).ConfigureAwait(false);
            Expect.Equal(Json.String(rest, "platform"), rpc.Platform, "the platform over gRPC");
            foreach (var (kind, tensors) in new[] { ("inputs", rpc.Inputs), ("outputs", rpc.Outputs) })
            {
                Expect.Equal(
                    string.Join(' ', Json.Array(rest, kind).Select(tensor =>
                        $"{Json.String(tensor, "name")} {Json.String(tensor, "datatype")} [{string.Join(',', Json.Shape(tensor, kind, lowest: -1))}]")),
                    string.Join(' ', tensors.Select(tensor => $"{tensor.Name} {tensor.Datatype} [{string.Join(',', tensor.Shape)}]")),
                    $"the list of {kind} over gRPC");
            }
        })),
        Both("infer", "REST and gRPC answer the same request alike", run => run.EachModelAsync(async (_, model) =>
        {
            var sample = model.NeedSample();
            await RestInferenceChecks.IsStableAsync(run, model).ConfigureAwait(false);
            TensorComparison.Same(
                sample.Outputs, await run.RpcOutputsAsync(RpcTensors.Request(model.Name, sample.Inputs, raw: true)).ConfigureAwait(false), "over REST");
        })),
    ];

    private static Check Both(string id, string text, Func<ConformanceRun, Task> check)
        => new(new Statement($"doors.{id}", Recommended, Section, text), Doors.Rest | Doors.Rpc, run =>
        {
            Expect.Need(run.Unreachable.Count == 0, string.Join(' ', run.Unreachable));
            return check(run);
        });

    private static string Sorted(IEnumerable<string> names) => string.Join(',', names.Order(StringComparer.Ordinal));
}
