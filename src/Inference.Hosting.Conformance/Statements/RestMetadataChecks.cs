// SPDX-License-Identifier: Apache-2.0

using System.Text.Json;
using Inference.Hosting.Conformance.Checking;
using Inference.Hosting.Conformance.Rest;
using Inference.Hosting.Tensors;
using static Inference.Hosting.Conformance.StatementLevel;

namespace Inference.Hosting.Conformance.Statements;

/// <summary>Metadata over REST.</summary>
internal static class RestMetadataChecks
{
    private const string Unknown = "v2/models/" + RestHealthChecks.Unknown;

    public static IReadOnlyList<Check> All { get; } =
    [
        Check.Rest("server-metadata", Required, Sections.ServerMetadata, "GET v2 answers 200 with name, version and extensions", async run =>
        {
            var json = (await run.Rest.GetAsync("v2").ConfigureAwait(false)).Ok().Json();
            Json.String(json, "name");
            Json.String(json, "version");
            Json.Strings(json, "extensions");
        }),
        Check.Rest("server-metadata.type", Recommended, Sections.ServerMetadata, "JSON comes as application/json", async run =>
            Expect.Equal("application/json", (await run.Rest.GetAsync("v2").ConfigureAwait(false)).Ok().MediaType, "Content-Type")),
        Check.RestModel("model-metadata", Required, Sections.ModelMetadata, "GET v2/models/M answers 200 with name, platform, inputs and outputs", async (run, model) =>
            Describes((await run.Rest.GetAsync(model.Path).ConfigureAwait(false)).Ok().Json(), model.Name)),
        Check.RestModel("model-metadata.datatypes", Required, Sections.DataTypes, "every datatype of the metadata is one of the protocol's", async (run, model) =>
        {
            foreach (var tensor in Tensors(await ReadAsync(run, model).ConfigureAwait(false)))
            {
                var datatype = Json.String(tensor, "datatype");
                Expect.That(TensorDataTypes.TryParse(datatype, out _), $"'{Json.String(tensor, "name")}' has the datatype '{datatype}'");
            }
        }),
        Check.RestModel("model-metadata.shapes", Required, Sections.ModelMetadata, "every dimension of the metadata is a size, or -1 where it is free", async (run, model) =>
        {
            foreach (var tensor in Tensors(await ReadAsync(run, model).ConfigureAwait(false)))
            {
                Json.Shape(tensor, Json.String(tensor, "name"), lowest: -1);
            }
        }),
        Check.RestModel("model-metadata.version", Required, Sections.ModelMetadata, "GET v2/models/M/versions/V describes a version that the metadata lists", async (run, model) =>
        {
            var version = RestHealthChecks.Versions(model)[^1];
            Describes((await run.Rest.GetAsync($"{model.Path}/versions/{version}").ConfigureAwait(false)).Ok().Json(), model.Name);
        }),
        Check.Rest("model-metadata.unknown", Required, Sections.MetadataError, "metadata of a model that is not there is an error's status with {\"error\": text}", async run =>
            (await run.Rest.GetAsync(Unknown).ConfigureAwait(false)).Error()),
        Check.RestModel("model-metadata.unknown-version", Required, Sections.MetadataError, "metadata of a version that is not there is an error's status with {\"error\": text}", async (run, model) =>
        {
            RestHealthChecks.Versions(model);
            (await run.Rest.GetAsync($"{model.Path}/versions/{RestHealthChecks.UnknownVersion}").ConfigureAwait(false)).Error();
        }),
        Check.Rest("model-metadata.404", Recommended, Sections.Practice, "metadata of a model that is not there is 404", async run =>
            Expect.Equal(404, (await run.Rest.GetAsync(Unknown).ConfigureAwait(false)).Status, "the status")),
        Check.Rest("model-metadata.batch", Required, Sections.ModelMetadata, $"{ConformanceModels.AddSub} is described as it is: INT32 [-1,16] twice in, twice out", async run =>
        {
            var json = await ReadAsync(run, run.Generated(ConformanceModels.AddSub)).ConfigureAwait(false);
            foreach (var (kind, prefix) in new[] { ("inputs", "INPUT"), ("outputs", "OUTPUT") })
            {
                var tensors = Json.Array(json, kind).OrderBy(tensor => Json.String(tensor, "name"), StringComparer.Ordinal).ToList();
                Expect.Equal($"{prefix}0,{prefix}1", string.Join(',', tensors.Select(tensor => Json.String(tensor, "name"))), kind);
                foreach (var tensor in tensors)
                {
                    Expect.Equal("INT32", Json.String(tensor, "datatype"), "the datatype");
                    Expect.Equal("-1,16", string.Join(',', Json.Shape(tensor, kind, lowest: -1)), "the shape");
                }
            }
        }),
    ];

    private static async Task<JsonElement> ReadAsync(ConformanceRun run, ServedModel model)
        => (await run.Rest.GetAsync(model.Path).ConfigureAwait(false)).Ok().Json();

    private static IEnumerable<JsonElement> Tensors(JsonElement json) => [.. Json.Array(json, "inputs"), .. Json.Array(json, "outputs")];

    private static void Describes(JsonElement json, string name)
    {
        Expect.Equal(name, Json.String(json, "name"), "'name'");
        Json.String(json, "platform");
        Json.OptionalStrings(json, "versions");
        foreach (var tensor in Tensors(json))
        {
            Json.String(tensor, "name");
            Json.String(tensor, "datatype");
            Json.Array(tensor, "shape");
        }
    }
}
