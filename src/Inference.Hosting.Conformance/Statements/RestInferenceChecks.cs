// SPDX-License-Identifier: Apache-2.0

using System.IO.Compression;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Conformance.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Good requests over REST, to any model.</summary>
internal static class RestInferenceChecks
{
    public static IReadOnlyList<Check> All { get; } =
    [
        Check.RestModel("infer", Required, Sections.Response, "a request that fits the metadata is answered with model_name and outputs of name, shape, datatype and as many elements as the shape says", async (run, model) =>
        {
            var json = (await RestSample.FindAsync(run, model).ConfigureAwait(false)).Json();
            Expect.Equal(model.Name, Json.String(json, "model_name"), "'model_name'");
            Json.OptionalString(json, "model_version");
            Json.OptionalString(json, "id");
            Json.OptionalParameters(json);
            foreach (var output in Json.Array(json, "outputs"))
            {
                Json.OptionalParameters(output);
            }
        }),
        Check.RestModel("infer.type", Recommended, Sections.Response, "JSON comes as application/json", async (run, model) =>
            Expect.Equal("application/json", (await run.InferAsync(model, Requests.Of(model.NeedSample().Inputs)).ConfigureAwait(false)).Ok().MediaType, "Content-Type")),
        Check.RestModel("infer.all-outputs", Required, Sections.Request, "without outputs in the request, all that the metadata lists come back", async (run, model) =>
        {
            var outputs = await run.OutputsAsync(model, Requests.Of(model.NeedSample().Inputs)).ConfigureAwait(false);
            Expect.Equal(Names(model.Outputs.Select(output => output.Name)), Names(outputs.Select(output => output.Name)), "the set of outputs");
        }),
        Check.RestModel("infer.outputs-fit", Required, Sections.ModelMetadata, "outputs have the datatypes and shapes that the metadata promises", async (run, model) =>
        {
            foreach (var output in await run.OutputsAsync(model, Requests.Of(model.NeedSample().Inputs)).ConfigureAwait(false))
            {
                var info = model.Outputs.FirstOrDefault(info => info.Name == output.Name);
                Expect.That(info is not null, $"output '{output.Name}' is not in the metadata");
                Expect.That(info.Type == output.Type, $"output '{output.Name}' is {output.Type}, the metadata says {info.Datatype}");
                Expect.That(
                    info.Fits(output.Shape),
                    $"output '{output.Name}' has the shape [{string.Join(',', output.Shape)}], the metadata says [{string.Join(',', info.Shape)}]");
            }
        }),
        Check.RestModel("infer.id", Required, Sections.Request, "the id of a request comes back", async (run, model) =>
        {
            const string Id = "conformance 42 ä";
            var json = (await run.InferAsync(model, Requests.Of(model.NeedSample().Inputs).With("id", Id)).ConfigureAwait(false)).Ok().Json();
            Expect.Equal(Id, Json.OptionalString(json, "id"), "'id'");
        }),
        Check.RestModel("infer.no-id", Recommended, Sections.Response, "without an id in the request, the answer's is absent, null or empty", async (run, model) =>
        {
            var json = (await run.InferAsync(model, Requests.Of(model.NeedSample().Inputs)).ConfigureAwait(false)).Ok().Json();
            Expect.That(string.IsNullOrEmpty(Json.OptionalString(json, "id")), $"'id' is '{Json.OptionalString(json, "id")}'");
        }),
        Check.RestModel("infer.nested", Required, Sections.TensorData, "data nested by dimension means the same as flat data", async (run, model) =>
        {
            var sample = model.NeedSample();
            Expect.Need(sample.Inputs.Any(input => input.Shape.Length > 1), "no input has two dimensions");
            await IsStableAsync(run, model).ConfigureAwait(false);
            TensorComparison.Same(sample.Outputs, await run.OutputsAsync(model, Requests.Of(sample.Inputs, nested: true)).ConfigureAwait(false), "with flat data");
        }),
        Check.RestModel("infer.one-output", Required, Sections.RequestOutput, "of the outputs, exactly those come back that the request names", async (run, model) =>
        {
            var sample = model.NeedSample();
            foreach (var name in model.Outputs.Select(output => output.Name).Distinct().Take(2))
            {
                var outputs = await run.OutputsAsync(model, Requests.Of(sample.Inputs).Ask(name)).ConfigureAwait(false);
                Expect.Equal(name, string.Join(',', outputs.Select(output => output.Name)), "the set of outputs");
            }
        }),
        Check.RestModel("infer.output-order", Recommended, Sections.Practice, "outputs come in the order that the request names them in", async (run, model) =>
        {
            var sample = model.NeedSample();
            Expect.Need(model.Outputs.Count > 1, "it has one output");
            string[] order = [model.Outputs[1].Name, model.Outputs[0].Name];
            var outputs = await run.OutputsAsync(model, Requests.Of(sample.Inputs).Ask(order)).ConfigureAwait(false);
            Expect.Equal(string.Join(',', order), string.Join(',', outputs.Select(output => output.Name)), "the order");
        }),
        Check.RestModel("infer.version", Required, Sections.Request, "POST v2/models/M/versions/V/infer is answered by a version that the metadata lists", async (run, model) =>
        {
            var sample = model.NeedSample();
            var refused = "";
            foreach (var version in RestHealthChecks.Versions(model))
            {
                var answer = await run.Rest.PostAsync($"{model.Path}/versions/{version}/infer", Requests.Of(sample.Inputs)).ConfigureAwait(false);
                if (answer.IsOk)
                {
                    var named = Json.OptionalString(answer.Json(), "model_version");
                    Expect.That(named is null || named == Uri.UnescapeDataString(version), $"'model_version' is '{named}', asked for was {version}");
                    return;
                }

                refused += $" {version}: {answer.Status}";
            }

            Expect.Fail($"no version that the metadata lists answers:{refused}");
        }),
        Check.RestModel("infer.unknown-property", Recommended, Sections.Practice, "a property that the protocol does not know is skipped", async (run, model) =>
            (await run.InferAsync(model, Requests.Of(model.NeedSample().Inputs).With("conformance", new JsonObject { ["a"] = new JsonArray(1) })).ConfigureAwait(false)).Ok()),
        Check.RestModel("infer.gzip", Recommended, "Triton, HTTP compression", "a body in gzip is read", (run, model) => CompressedAsync(run, model, "gzip")),
        Check.RestModel("infer.deflate", Recommended, "Triton, HTTP compression", "a body in deflate is read", (run, model) => CompressedAsync(run, model, "deflate")),
        Check.RestModel("infer.encoding", Recommended, "RFC 9110, Content-Encoding", "a body in an encoding that nobody knows is refused", async (run, model) =>
        {
            var body = Encoding.UTF8.GetBytes(Requests.Of(model.NeedSample().Inputs).ToJsonString());
            (await run.Rest.PostAsync(model.Path + "/infer", body, ("Content-Encoding", "conformance")).ConfigureAwait(false)).Error();
        }),
    ];

    /// <summary>A model that answers differently each time cannot be compared.</summary>
    public static async Task IsStableAsync(ConformanceRun run, ServedModel model)
    {
        var sample = model.NeedSample();
        var again = await run.OutputsAsync(model, Requests.Of(sample.Inputs)).ConfigureAwait(false);
        Expect.Need(TensorComparison.IsSame(sample.Outputs, again), "it answers the same request differently each time");
    }

    private static string Names(IEnumerable<string> names) => string.Join(',', names.Order(StringComparer.Ordinal));

    private static async Task CompressedAsync(ConformanceRun run, ServedModel model, string encoding)
    {
        using var body = new MemoryStream();
        using (Stream packed = encoding == "gzip"
            ? new GZipStream(body, CompressionLevel.Fastest, leaveOpen: true)
            : new ZLibStream(body, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(Encoding.UTF8.GetBytes(Requests.Of(model.NeedSample().Inputs).ToJsonString()));
        }

        (await run.Rest.PostAsync(model.Path + "/infer", body.ToArray(), ("Content-Encoding", encoding)).ConfigureAwait(false)).Ok();
    }
}
